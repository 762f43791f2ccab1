// What hinge gives, and what it keeps between steps. C and GLSL.
#ifndef MOGRAPH_SHADERS_HINGE_HINGE_STRUCTS_H
#define MOGRAPH_SHADERS_HINGE_HINGE_STRUCTS_H

#include "shaders/common/shared_struct.h"

struct hinge_result {
    float loss;  // mean of the loss, see enum op_hinge_side
    float lecam; // mean of (x - moving average of the other side)^2; 0 without lecam
    float mean;  // mean of x
    float right; // share of elements above 0 (real, generator) or below 0 (fake)
};
SHARED_STRUCT(hinge_result);

// Kept between steps, zeros at first.
struct hinge_anchors {
    float real; // moving average of the mean logit of real clips
    float fake; // and of generated ones
    float updates;
    float unused;
};
SHARED_STRUCT(hinge_anchors);

#endif
