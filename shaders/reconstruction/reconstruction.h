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
#include "shaders/reconstruction/reconstruction_calibration.h"

// Where an array of floats holds the members of struct reconstruction_calibration.
enum {
    OP_CALIBRATION_MSE = SHARED_INDEX(reconstruction_calibration, mse),
    OP_CALIBRATION_SIGMA2 = SHARED_INDEX(reconstruction_calibration, sigma2),
    OP_CALIBRATION_UPDATES = SHARED_INDEX(reconstruction_calibration, updates),
    OP_CALIBRATION_COUNT = SHARED_FLOATS
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

// squared_error[n], nll[n]: sums over a sample's elements, fp32. calibration: struct
// reconstruction_calibration.
#define OP_ARGS_reconstruction_forward(IN, OUT, INOUT, SCRATCH)                                              \
    IN(pred) IN(target) IN(calibration) OUT(squared_error) OUT(nll) SCRATCH(partials)
OP_DECLARE(reconstruction_forward, struct op_reconstruction);

// mse += max(momentum, 1 / (updates + 1)) (mean of the batch - mse): a plain mean over the first batches, an
// exponential one from 1 / momentum batches on. A batch whose error is not finite changes nothing.
#define OP_ARGS_reconstruction_calibrate(IN, OUT, INOUT, SCRATCH) IN(squared_error) INOUT(calibration)
OP_DECLARE(reconstruction_calibrate, struct op_reconstruction);

// d_pred = d_nll[n] (pred - target) / sigma^2, sigma^2 taken as a constant. d_nll[n], the weight of each
// sample (1 / n for a mean), is a slice of what is uploaded before every step. d_pred may be pred unless
// accumulating.
#define OP_ARGS_reconstruction_backward(IN, OUT, INOUT, SCRATCH)                                             \
    IN(pred) IN(target) IN(calibration) IN(d_nll) OUT(d_pred)
OP_DECLARE(reconstruction_backward, struct op_reconstruction);

extern const struct op_shapes op_reconstruction_shapes; // reconstruction_shapes.c
extern const struct op_shapes op_reconstruction_bench_shapes;

#endif
