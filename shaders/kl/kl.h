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
// per_channel. Elements of the scratch `partials` (fp32) follow from op_describe.
void op_kl_forward(struct op_recorder *recorder, const struct op_kl *params, struct rt_buffer mu_q,
                   struct rt_buffer log_sigma_q, struct rt_buffer mu_p, struct rt_buffer log_sigma_p,
                   struct rt_buffer kl, struct rt_buffer channels, struct rt_buffer partials);

struct op_kl_gradients {
    struct rt_buffer mu_q, log_sigma_q, mu_p, log_sigma_p;
};

// d_kl[n] is the weight of each sample's KL in the loss, beta / n: a slice of what is uploaded before every
// step. A gradient may be the buffer of the parameter it belongs to, unless accumulating.
void op_kl_backward(struct op_recorder *recorder, const struct op_kl *params, struct rt_buffer mu_q,
                    struct rt_buffer log_sigma_q, struct rt_buffer mu_p, struct rt_buffer log_sigma_p,
                    struct rt_buffer d_kl, const struct op_kl_gradients *gradients);

#endif
