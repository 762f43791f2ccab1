#include "shaders/common/push.h"

PUSH(activation_forward) {
    ADDRESS src;
    ADDRESS dst;
    UINT count4; // groups of four elements
    FLOAT slope;
}
PUSH_END(activation_forward)
