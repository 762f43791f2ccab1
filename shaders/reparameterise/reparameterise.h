// Sampling a diagonal Gaussian so that gradients reach its parameters (Kingma & Welling 2014):
//   z = mu + T exp(log_sigma) eps
// All tensors are fp32 [n][d][h][w][c]; eps is drawn before (noise_normal) and kept for the backward pass.
// Padding channels, c_used to c - 1, are 0 in z and in every gradient, whatever the inputs hold there.
// `temperature` T is f32[1], a slice of what is uploaded before every step; absent unless `tempered`, then 1.
// Valid log_sigma: -20 to 20.
#ifndef MOGRAPH_SHADERS_REPARAMETERISE_REPARAMETERISE_H
#define MOGRAPH_SHADERS_REPARAMETERISE_REPARAMETERISE_H

#include "shaders/op.h"

struct op_reparameterise {
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
    uint32_t c_used; // channels that count, 0: all
    bool tempered;
    bool accumulate; // backward only: add to d_mu and d_log_sigma
};

// z may be mu or eps when no backward pass follows.
void op_reparameterise_forward(struct op_recorder *recorder, const struct op_reparameterise *params,
                               struct rt_buffer mu, struct rt_buffer log_sigma, struct rt_buffer temperature,
                               struct rt_buffer eps, struct rt_buffer z);

// d_mu = d_z, d_log_sigma = d_z T exp(log_sigma) eps.
// d_mu may be d_z unless accumulating. eps gets no gradient.
void op_reparameterise_backward(struct op_recorder *recorder, const struct op_reparameterise *params,
                                struct rt_buffer log_sigma, struct rt_buffer temperature,
                                struct rt_buffer eps, struct rt_buffer d_z, struct rt_buffer d_mu,
                                struct rt_buffer d_log_sigma);

// The noise that gives z: eps = (z - mu) exp(-log_sigma) / T. eps may be z.
void op_reparameterise_inverse(struct op_recorder *recorder, const struct op_reparameterise *params,
                               struct rt_buffer mu, struct rt_buffer log_sigma, struct rt_buffer temperature,
                               struct rt_buffer z, struct rt_buffer eps);

#endif
