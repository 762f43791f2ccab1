#include "shaders/common/rows_push.h"

PUSH(picture_loss_forward) {
    ADDRESS deep;
    ADDRESS scale; // [n][c]
    ADDRESS shift; // [n][c]
    ADDRESS target;
    ADDRESS records; // [n][chunks][places][c]
    ROWS rows;       // of deep
    UINT c_used;
}
PUSH_END(picture_loss_forward)
