// Private to reconstruction/: what its operations share.
#ifndef MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_PRIVATE_H
#define MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_PRIVATE_H

#include "shaders/reconstruction/reconstruction.h"

// The smallest variance that is taken: sigma_floor^2.
float op_reconstruction_least(const struct op_reconstruction *p);

// The variance that likelihoods take, from `calibration`.
double op_reconstruction_variance(const struct op_reconstruction *p, const double *calibration);

// squared_error and nll from the sums [n][c] of squared differences.
void op_reconstruction_finish(struct op_recorder *recorder, const struct op_reconstruction *p,
                              struct rt_buffer sums, struct rt_buffer calibration,
                              struct rt_buffer squared_error, struct rt_buffer nll);

// Variances made valid: a variance is positive; zeros, as at first, must work too (one sample in four).
void op_reconstruction_prepare(uint32_t n, double *calibration);

#endif
