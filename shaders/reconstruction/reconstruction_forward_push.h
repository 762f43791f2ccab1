#include "shaders/common/rows_push.h"

PUSH(reconstruction_forward) {
    ADDRESS pred;
    ADDRESS target;
    ADDRESS records;
    ROWS rows;
    UINT c_used;
}
PUSH_END(reconstruction_forward)
