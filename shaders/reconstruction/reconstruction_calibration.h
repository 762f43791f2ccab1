// What reconstruction keeps between steps, zeros at first. C and GLSL.
#ifndef MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_CALIBRATION_H
#define MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_CALIBRATION_H

#include "shaders/common/shared_struct.h"

struct reconstruction_calibration {
    float mse;     // running mean of the squared error of an element
    float sigma2;  // max(mse, sigma_floor^2); forward and backward take at least sigma_floor^2
    float updates; // how many batches went into it, exact up to 2^24
    float unused;
};
SHARED_STRUCT(reconstruction_calibration);

#endif
