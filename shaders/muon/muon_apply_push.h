#include "shaders/common/push.h"

PUSH(muon_apply) {
    ADDRESS hyper;     // struct optimiser_hyper
    ADDRESS grad_clip; // struct grad_clip_result
    ADDRESS inverse;
    ADDRESS direction;
    ADDRESS param;
    ADDRESS ema; // 0 without
    UINT count4; // groups of four parameters
    FLOAT scale;
    FLOAT weight_decay;
}
PUSH_END(muon_apply)
