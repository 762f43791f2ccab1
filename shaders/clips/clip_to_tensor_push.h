#include "shaders/common/push.h"

PUSH(clip_to_tensor) {
    ADDRESS clips;
    ADDRESS index;
    ADDRESS augment;
    ADDRESS dst;
    UINT n;
    UINT d;
    UINT h;
    UINT w;
}
PUSH_END(clip_to_tensor)
