// What the host sets at each step of an optimiser. C and GLSL.
#ifndef MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_HYPER_H
#define MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_HYPER_H

#include "shaders/common/shared_struct.h"

struct optimiser_hyper {
    float lr;
    float c1;        // 1 - beta1^step
    float c2;        // 1 - beta2^step
    float ema_decay; // per step
};
SHARED_STRUCT(optimiser_hyper);

#endif
