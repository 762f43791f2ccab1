#include "shaders/common/push.h"

PUSH(grad_clip) {
    ADDRESS sum_squares; // [1]
    ADDRESS limits;      // struct grad_clip_limits
    ADDRESS state;       // struct grad_clip_state
    ADDRESS result;      // struct grad_clip_result
}
PUSH_END(grad_clip)
