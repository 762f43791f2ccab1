#include "shaders/common/rows_push.h"

PUSH(concat) {
    ADDRESS a;
    ADDRESS b;
    ADDRESS both;
    ROWS rows; // of `both`
    UINT a4;   // groups of four channels in a
}
PUSH_END(concat)
