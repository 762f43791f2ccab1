// Squared error with one shared, calibrated variance (sigma-VAE: Rybkin, Daniilidis & Levine 2021):
//   nll[n] = squared_error[n] / (2 sigma^2) + D / 2 log(2 pi sigma^2),  D = voxels c_used
// where sigma^2 is the running mean of the squared error per element, at least sigma_floor^2. It stays on the
// device, in `calibration`. pred and d_pred are [n][d][h][w][c] of params.dtype, target of
// params.target_dtype. Padding channels, c_used to c - 1, count nothing and their gradient is 0.
//
// A step records forward, calibrate, backward: the gradient then has the variance of its own batch, and nll
// the one of the batches before.
#ifndef MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_H
#define MOGRAPH_SHADERS_RECONSTRUCTION_RECONSTRUCTION_H

#include "shaders/op.h"

// calibration f32[4], kept between steps, zeros at first.
enum {
    OP_CALIBRATION_MSE,     // running mean of the squared error of an element
    OP_CALIBRATION_SIGMA2,  // max(mse, sigma_floor^2); forward and backward take at least sigma_floor^2
    OP_CALIBRATION_UPDATES, // how many batches went into it, exact up to 2^24
    OP_CALIBRATION_UNUSED,
    OP_CALIBRATION_COUNT
};

struct op_reconstruction {
    enum op_dtype dtype, target_dtype; // OP_F32 or OP_BF16
    uint32_t n, voxels;                // voxels = d h w
    uint32_t c;
    uint32_t c_used;   // channels that count, 0: all; 3 of 4 for RGB
    float sigma_floor; // above 0; 0: 0.03
    float momentum;    // calibrate only: weight of the newest batch, 0 to 1; 0: 0.01
    bool accumulate;   // backward only: add to d_pred
};

// squared_error[n], nll[n]: sums over a sample's elements, fp32. Elements of the scratch `partials` (fp32)
// follow from op_describe.
void op_reconstruction_forward(struct op_recorder *recorder, const struct op_reconstruction *params,
                               struct rt_buffer pred, struct rt_buffer target, struct rt_buffer calibration,
                               struct rt_buffer squared_error, struct rt_buffer nll,
                               struct rt_buffer partials);

// mse += max(momentum, 1 / (updates + 1)) (mean of the batch - mse): a plain mean over the first batches, an
// exponential one from 1 / momentum batches on. A batch whose error is not finite changes nothing.
void op_reconstruction_calibrate(struct op_recorder *recorder, const struct op_reconstruction *params,
                                 struct rt_buffer squared_error, struct rt_buffer calibration);

// d_pred = d_nll[n] (pred - target) / sigma^2, sigma^2 taken as a constant.
// d_nll[n], the weight of each sample (1 / n for a mean), is a slice of what is uploaded before
// every step. d_pred may be pred unless accumulating.
void op_reconstruction_backward(struct op_recorder *recorder, const struct op_reconstruction *params,
                                struct rt_buffer pred, struct rt_buffer target, struct rt_buffer calibration,
                                struct rt_buffer d_nll, struct rt_buffer d_pred);

#endif
