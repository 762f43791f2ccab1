#include "shaders/common/push.h"

PUSH(optimiser) {
    ADDRESS hyper;     // struct optimiser_hyper
    ADDRESS grad_clip; // struct grad_clip_result
    ADDRESS grad;
    ADDRESS param;
    ADDRESS m;
    ADDRESS v;
    ADDRESS ema; // 0 without
    UINT count4; // groups of four parameters
    UINT decay_count4;
    FLOAT beta1;
    FLOAT beta2;
    FLOAT eps;
    FLOAT weight_decay;
}
PUSH_END(optimiser)
