// One step of Adam, AdamW or Adamax over a flat vector of parameters, with an exponential moving average
// (EMA) of them. Kingma & Ba 2015 (Adam, and Adamax in section 7.1); Loshchilov & Hutter 2019 (AdamW).
// PyTorch's formulas:
//   adam:   g += weight_decay p          adamw: p -= lr weight_decay p
//           m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g g
//           p -= lr (m / c1) / (sqrt(v / c2) + eps),  c = 1 - beta^step
//   adamax: g as adam, m as above, v = max(beta2 v, |g| + eps), p -= lr / c1 m / v
//   ema = ema_decay ema + (1 - ema_decay) p
#ifndef MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_H
#define MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_H

#include "shaders/op.h"

enum op_optimiser_kind { OP_OPTIMISER_ADAM, OP_OPTIMISER_ADAMW, OP_OPTIMISER_ADAMAX, OP_OPTIMISER_KINDS };

struct op_optimiser {
    enum op_optimiser_kind kind;
    uint32_t count;       // parameters, a multiple of 4
    uint32_t decay_count; // the first of them, weights before biases: weight decay applies; a multiple of 4
    float beta1, beta2, eps, weight_decay;
    bool has_ema;
};

// hyper[4], set by the host each step: lr, c1 = 1 - beta1^step, c2 = 1 - beta2^step, ema_decay.
// clip[4]: the result of grad_clip; the gradient is multiplied by clip[1], and when clip[2] is 0 nothing
// changes. grad, param, m, v, ema: [count] fp32. m and v start as zeros, ema (the zero buffer without
// has_ema) as the parameters.
void op_optimiser(struct op_recorder *recorder, const struct op_optimiser *params, struct rt_buffer hyper,
                  struct rt_buffer clip, struct rt_buffer grad, struct rt_buffer param, struct rt_buffer m,
                  struct rt_buffer v, struct rt_buffer ema);

#endif
