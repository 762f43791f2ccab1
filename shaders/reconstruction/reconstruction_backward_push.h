#include "shaders/common/push.h"

PUSH(reconstruction_backward) {
    ADDRESS pred;
    ADDRESS target;
    ADDRESS calibration; // struct reconstruction_calibration
    ADDRESS d_nll;
    ADDRESS d_pred;
    UINT count4; // groups of four elements
    UINT c_used;
    UINT accumulate;
    FLOAT least; // sigma_floor^2
}
PUSH_END(reconstruction_backward)
