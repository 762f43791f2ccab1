#include "shaders/common/push.h"

PUSH(peak_copy) {
    ADDRESS src;
    ADDRESS dst;
    UINT count4; // groups of four elements
}
PUSH_END(peak_copy)
