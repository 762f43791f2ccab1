#include "shaders/common/push.h"

PUSH(grad_clip) {
    ADDRESS sum_squares; // [1]
    ADDRESS hyper;       // [4]
    ADDRESS state;       // [4]
    ADDRESS result;      // [4]
}
PUSH_END(grad_clip)
