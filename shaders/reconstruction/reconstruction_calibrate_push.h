#include "shaders/common/push.h"

PUSH(reconstruction_calibrate) {
    ADDRESS squared_error; // [n]
    ADDRESS calibration;   // struct reconstruction_calibration
    UINT n;
    FLOAT elements; // that count, in the batch
    FLOAT momentum;
    FLOAT least; // sigma_floor^2
}
PUSH_END(reconstruction_calibrate)
