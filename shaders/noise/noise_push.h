#include "shaders/common/push.h"

PUSH(noise) {
    ADDRESS seed;
    ADDRESS dst;
    UINT count4; // groups of four elements
    UINT offset4;
    UINT stream;
}
PUSH_END(noise)
