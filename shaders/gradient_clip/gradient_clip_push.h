#include "shaders/common/push.h"

PUSH(gradient_clip) {
    ADDRESS sum_squares; // [1]
    ADDRESS hyper;       // [4]
    ADDRESS state;       // [4]
    ADDRESS result;      // [4]
}
PUSH_END(gradient_clip)
