#include "shaders/common/push.h"

PUSH(reconstruction_finish) {
    ADDRESS sums;          // [n][c]
    ADDRESS calibration;   // struct reconstruction_calibration
    ADDRESS squared_error; // [n]
    ADDRESS nll;           // [n]
    UINT n;
    UINT c;
    UINT elements; // that count, in one sample
    FLOAT least;   // sigma_floor^2
}
PUSH_END(reconstruction_finish)
