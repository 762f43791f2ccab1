#include "shaders/common/push.h"

PUSH(cast) {
    ADDRESS src;
    ADDRESS dst;
    UINT count4; // groups of four elements
}
PUSH_END(cast)
