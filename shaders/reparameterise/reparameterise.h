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
#define OP_ARGS_reparameterise_forward(IN, OUT, INOUT, SCRATCH)                                              \
    IN(mu) IN(log_sigma) IN(temperature) IN(eps) OUT(z)
OP_DECLARE(reparameterise_forward, struct op_reparameterise);

// d_mu = d_z, d_log_sigma = d_z T exp(log_sigma) eps. d_mu may be d_z unless accumulating. eps gets no
// gradient.
#define OP_ARGS_reparameterise_backward(IN, OUT, INOUT, SCRATCH)                                             \
    IN(log_sigma) IN(temperature) IN(eps) IN(d_z) OUT(d_mu) OUT(d_log_sigma)
OP_DECLARE(reparameterise_backward, struct op_reparameterise);

// The noise that gives z: eps = (z - mu) exp(-log_sigma) / T. eps may be z.
#define OP_ARGS_reparameterise_inverse(IN, OUT, INOUT, SCRATCH)                                              \
    IN(mu) IN(log_sigma) IN(temperature) IN(z) OUT(eps)
OP_DECLARE(reparameterise_inverse, struct op_reparameterise);

extern const struct op_shapes op_reparameterise_shapes; // reparameterise_shapes.c
extern const struct op_shapes op_reparameterise_bench_shapes;

#endif
