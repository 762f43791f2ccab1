#include "shaders/common/push.h"

PUSH(sum_squares) {
    ADDRESS src;
    ADDRESS partials; // [parts]
    UINT count4;      // groups of four elements
    UINT parts;
}
PUSH_END(sum_squares)
