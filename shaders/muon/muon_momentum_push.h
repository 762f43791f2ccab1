#include "shaders/common/push.h"

PUSH(muon_momentum) {
    ADDRESS grad_clip; // struct grad_clip_result
    ADDRESS grad;
    ADDRESS m;
    ADDRESS x;
    UINT count4; // groups of four parameters
    FLOAT momentum;
}
PUSH_END(muon_momentum)
