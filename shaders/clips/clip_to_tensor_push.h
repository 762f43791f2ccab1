#include "shaders/common/push.h"

PUSH(clip_to_tensor) {
    ADDRESS clips;
    ADDRESS index;
    ADDRESS augment;
    ADDRESS dst;
    UINT n;
}
PUSH_END(clip_to_tensor)
