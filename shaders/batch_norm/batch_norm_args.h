// Batch normalisation over n, d, h, w (Ioffe & Szegedy 2015), PyTorch's BatchNorm3d: params and arguments.
//   x_hat = (src - mean) / sqrt(var + eps),  dst = f(gamma x_hat + beta)
// per channel; f is an activation applied in the same pass, or nothing. var is the biased variance of the
// batch in training, the running variance with frozen statistics. src and dst are [n][d][h][w][c] of
// params.dtype; everything per channel is [c] fp32. Statistics are exact for a large constant offset: means
// of blocks of eight rows, merged by Chan's formula in a fixed order.
#ifndef MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_ARGS_H
#define MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_ARGS_H

#include "shaders/activation/activation.h"

struct op_batch_norm {
    enum op_dtype dtype; // src, dst and their gradients
    uint32_t n, voxels;  // voxels = d h w
    uint32_t c;
    float eps;                          // 0: 1e-5
    float momentum;                     // weight of the new batch in the running statistics; 0: 0.1
    enum op_activation_kind activation; // f, when `activate` is set
    float slope;                        // of leaky_relu
    bool activate;
    bool accumulate; // backward: d_gamma and d_beta are added to
};

static inline double op_batch_norm_eps(float eps) {
    return eps > 0.0f ? (double)eps : (double)1e-5f;
}

static inline double op_batch_norm_momentum(float momentum) {
    return momentum > 0.0f ? (double)momentum : (double)0.1f;
}

// Elements of the scratch argument `partials` (fp32) follow from op_describe.

// Training: statistics of the batch; mean and inv_std = 1 / sqrt(var + eps) are kept for the backward pass.
// running_mean and running_var are updated in place: (1 - momentum) running + momentum batch, the variance
// unbiased (of a single row, where PyTorch refuses: 0). dst may be src when no backward pass follows.
#define OP_ARGS_batch_norm_forward(IN, OUT, INOUT, SCRATCH)                                                  \
    IN(src)                                                                                                  \
    IN(gamma)                                                                                                \
    IN(beta) INOUT(running_mean) INOUT(running_var) OUT(dst) OUT(mean) OUT(inv_std) SCRATCH(partials)
OP_DECLARE(batch_norm_forward, struct op_batch_norm);

// d_src through the batch's statistics, d_gamma[c], d_beta[c]. src is the forward input; the activation's
// input is computed again from it. d_src may be d_dst.
#define OP_ARGS_batch_norm_backward(IN, OUT, INOUT, SCRATCH)                                                 \
    IN(src)                                                                                                  \
    IN(gamma) IN(beta) IN(mean) IN(inv_std) IN(d_dst) OUT(d_src) OUT(d_gamma) OUT(d_beta) SCRATCH(partials)
OP_DECLARE(batch_norm_backward, struct op_batch_norm);

// Frozen statistics, in training or inference: running_mean and running_var are read only. dst may be src
// when no backward pass follows.
#define OP_ARGS_batch_norm_frozen_forward(IN, OUT, INOUT, SCRATCH)                                           \
    IN(src) IN(gamma) IN(beta) IN(running_mean) IN(running_var) OUT(dst)
OP_DECLARE(batch_norm_frozen_forward, struct op_batch_norm);

// Its gradients; the statistics are constants. d_src may be d_dst.
#define OP_ARGS_batch_norm_frozen_backward(IN, OUT, INOUT, SCRATCH)                                          \
    IN(src)                                                                                                  \
    IN(gamma)                                                                                                \
    IN(beta) IN(running_mean) IN(running_var) IN(d_dst) OUT(d_src) OUT(d_gamma) OUT(d_beta) SCRATCH(partials)
OP_DECLARE(batch_norm_frozen_backward, struct op_batch_norm);

// Re-estimation, 1 of 2: merges the statistics of src into the pooled mean[c], m2[c] (sum of squared
// distances from the mean) and count[c] (rows so far, the same in every channel; fp32). Start from three
// zeroed buffers; any number of batches of any size gives the mean and variance of all rows together.
#define OP_ARGS_batch_norm_accumulate(IN, OUT, INOUT, SCRATCH)                                               \
    IN(src) INOUT(mean) INOUT(m2) INOUT(count) SCRATCH(partials)
OP_DECLARE(batch_norm_accumulate, struct op_batch_norm);

// Re-estimation, 2 of 2: running_mean = mean, running_var = m2 / (count - 1). Reads only params.c (the rest
// must be valid).
#define OP_ARGS_batch_norm_estimate(IN, OUT, INOUT, SCRATCH)                                                 \
    IN(mean) IN(m2) IN(count) OUT(running_mean) OUT(running_var)
OP_DECLARE(batch_norm_estimate, struct op_batch_norm);

#endif
