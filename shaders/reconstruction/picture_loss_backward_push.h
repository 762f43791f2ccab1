#include "shaders/common/rows_push.h"

PUSH(picture_loss_backward) {
    ADDRESS deep;
    ADDRESS scale; // [n][c]
    ADDRESS shift; // [n][c]
    ADDRESS target;
    ADDRESS calibration; // struct reconstruction_calibration
    ADDRESS d_nll;
    ADDRESS d_deep;
    ADDRESS records; // [n][chunks][places][d_scale: c][d_shift: c]
    ROWS rows;       // of deep
    UINT c_used;
    FLOAT least; // sigma_floor^2
}
PUSH_END(picture_loss_backward)
