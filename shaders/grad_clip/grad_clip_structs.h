// What grad_clip takes, keeps and gives. C and GLSL.
#ifndef MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_STRUCTS_H
#define MOGRAPH_SHADERS_GRAD_CLIP_GRAD_CLIP_STRUCTS_H

#include "shaders/common/shared_struct.h"

// Set by the host at each step.
struct grad_clip_limits {
    float max_norm;      // the largest norm; 0: none
    float max_ratio;     // the largest multiple of the running norm; 0: none
    float running_decay; // of the running norm, per step
    float scale;         // that the gradient was multiplied by, and is to be rid of; 0: none
};
SHARED_STRUCT(grad_clip_limits);

// Kept between steps, zeros at first.
struct grad_clip_state {
    float running_norm; // of the gradients as they were clipped
    float steps;        // seen, without the skipped
    float skipped;      // steps whose gradient was not finite
    float unused;
};
SHARED_STRUCT(grad_clip_state);

struct grad_clip_result {
    float norm;   // of the gradient as it came, without its scale
    float factor; // what the optimiser multiplies the gradient by: 0 to 1, over the scale
    float apply;  // 1 when the norm is finite, 0: the optimiser skips the step
    float limit;  // that held; 0: none
};
SHARED_STRUCT(grad_clip_result);

#endif
