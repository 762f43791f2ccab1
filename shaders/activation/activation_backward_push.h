#include "shaders/common/push.h"

PUSH(activation_backward) {
    ADDRESS src;
    ADDRESS d_dst;
    ADDRESS d_src;
    UINT count4; // groups of four elements
    FLOAT slope;
}
PUSH_END(activation_backward)
