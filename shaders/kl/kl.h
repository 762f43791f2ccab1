// The KL divergence of two diagonal Gaussians, in nats (Kingma & Welling 2014, appendix B, for any prior):
//   KL(q || p) = sum of log(sigma_p / sigma_q) + (sigma_q^2 + (mu_q - mu_p)^2) / (2 sigma_p^2) - 1/2
// Parameters are fp32 [n][d][h][w][c]; padding channels, c_used to c - 1, count nothing and their gradients
// are 0, whatever the inputs hold there as long as it is finite. With `standard` p is N(0, 1): mu_p,
// log_sigma_p and their gradients are absent. Valid log_sigma: -20 to 20.
#ifndef MOGRAPH_SHADERS_KL_KL_H
#define MOGRAPH_SHADERS_KL_KL_H

#include "shaders/op.h"

struct op_kl {
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
    uint32_t c_used;  // channels that count, 0: all
    bool standard;    // p = N(0, 1)
    bool per_channel; // forward only: the output `channels`
    bool accumulate;  // backward only: add to the gradients
};

// kl[n]: the sum over the sample's elements. channels[c]: the sum over samples and voxels; absent unless
// per_channel.
#define OP_ARGS_kl_forward(IN, OUT, INOUT, SCRATCH)                                                          \
    IN(mu_q) IN(log_sigma_q) IN(mu_p) IN(log_sigma_p) OUT(kl) OUT(channels) SCRATCH(partials)
OP_DECLARE(kl_forward, struct op_kl);

// d_kl[n] is the weight of each sample's KL in the loss, beta / n: a slice of what is uploaded before every
// step. A gradient may be the buffer of the parameter it belongs to, unless accumulating.
#define OP_ARGS_kl_backward(IN, OUT, INOUT, SCRATCH)                                                         \
    IN(mu_q)                                                                                                 \
    IN(log_sigma_q)                                                                                          \
    IN(mu_p) IN(log_sigma_p) IN(d_kl) OUT(d_mu_q) OUT(d_log_sigma_q) OUT(d_mu_p) OUT(d_log_sigma_p)
OP_DECLARE(kl_backward, struct op_kl);

extern const struct op_shapes op_kl_shapes; // kl_shapes.c

#endif
