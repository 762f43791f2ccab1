// Batch normalisation over n, d, h, w (Ioffe & Szegedy 2015), PyTorch's BatchNorm3d:
//   x_hat = (src - mean) / sqrt(var + eps),  dst = f(gamma x_hat + beta)
// per channel; f is an activation applied in the same pass, or nothing. var is the biased variance of the
// batch in training, the running variance with frozen statistics. src and dst are [n][d][h][w][c] of
// params.dtype; everything per channel is [c] fp32. Statistics are exact for a large constant offset: means
// of blocks of eight rows, merged by Chan's formula in a fixed order.
#ifndef MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_H
#define MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_H

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

// Elements of the scratch argument `partials` (fp32) follow from op_describe.

// Training: statistics of the batch; mean and inv_std = 1 / sqrt(var + eps) are kept for the backward pass.
// running_mean and running_var are updated in place: (1 - momentum) running + momentum batch, the variance
// unbiased (of a single row, where PyTorch refuses: 0). dst may be src when no backward pass follows.
void op_batch_norm_forward(struct op_recorder *recorder, const struct op_batch_norm *params,
                           struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                           struct rt_buffer running_mean, struct rt_buffer running_var, struct rt_buffer dst,
                           struct rt_buffer mean, struct rt_buffer inv_std, struct rt_buffer partials);

// d_src through the batch's statistics, d_gamma[c], d_beta[c]. src is the forward input; the activation's
// input is computed again from it. d_src may be d_dst.
void op_batch_norm_backward(struct op_recorder *recorder, const struct op_batch_norm *params,
                            struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                            struct rt_buffer mean, struct rt_buffer inv_std, struct rt_buffer d_dst,
                            struct rt_buffer d_src, struct rt_buffer d_gamma, struct rt_buffer d_beta,
                            struct rt_buffer partials);

// Frozen statistics, in training or inference: running_mean and running_var are read only. dst may be src
// when no backward pass follows.
void op_batch_norm_frozen_forward(struct op_recorder *recorder, const struct op_batch_norm *params,
                                  struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                                  struct rt_buffer running_mean, struct rt_buffer running_var,
                                  struct rt_buffer dst);

// Its gradients; the statistics are constants. d_src may be d_dst.
void op_batch_norm_frozen_backward(struct op_recorder *recorder, const struct op_batch_norm *params,
                                   struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                                   struct rt_buffer running_mean, struct rt_buffer running_var,
                                   struct rt_buffer d_dst, struct rt_buffer d_src, struct rt_buffer d_gamma,
                                   struct rt_buffer d_beta, struct rt_buffer partials);

// Re-estimation, 1 of 2: merges the statistics of src into the pooled mean[c], m2[c] (sum of squared
// distances from the mean) and count[c] (rows so far, the same in every channel; fp32). Start from three
// zeroed buffers; any number of batches of any size gives the mean and variance of all rows together.
void op_batch_norm_accumulate(struct op_recorder *recorder, const struct op_batch_norm *params,
                              struct rt_buffer src, struct rt_buffer mean, struct rt_buffer m2,
                              struct rt_buffer count, struct rt_buffer partials);

// Re-estimation, 2 of 2: running_mean = mean, running_var = m2 / (count - 1).
// Reads only params.c (the rest must be valid).
void op_batch_norm_estimate(struct op_recorder *recorder, const struct op_batch_norm *params,
                            struct rt_buffer mean, struct rt_buffer m2, struct rt_buffer count,
                            struct rt_buffer running_mean, struct rt_buffer running_var);

// Folding frozen statistics into the convolution (or transposed convolution) before them, fp32:
//   scale = gamma / sqrt(running_var + eps)
//   folded_weight[tap][cin][cout] = weight scale[cout]
//   folded_bias[cout] = (bias - running_mean) scale + beta
struct op_batch_norm_fold {
    uint32_t taps, cin, cout;
    float eps; // 0: 1e-5
    bool has_bias;
};

// bias is the zero buffer without has_bias. folded_weight may be weight, folded_bias may be bias.
void op_batch_norm_fold(struct op_recorder *recorder, const struct op_batch_norm_fold *params,
                        struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer gamma,
                        struct rt_buffer beta, struct rt_buffer running_mean, struct rt_buffer running_var,
                        struct rt_buffer folded_weight, struct rt_buffer folded_bias);

#endif
