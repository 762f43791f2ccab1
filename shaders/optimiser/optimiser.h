// One step of Adam or AdamW over a flat vector of parameters, with an exponential moving average (EMA) of
// them. Kingma & Ba 2015 (Adam); Loshchilov & Hutter 2019 (AdamW). PyTorch's formulas:
//   adam:   g += weight_decay p
//   adamw:  p -= lr weight_decay p
//   m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g g
//   p -= lr (m / c1) / (sqrt(v / c2) + eps),  c = 1 - beta^step
//   ema = ema_decay ema + (1 - ema_decay) p
#ifndef MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_H
#define MOGRAPH_SHADERS_OPTIMISER_OPTIMISER_H

#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/op.h"
#include "shaders/optimiser/optimiser_hyper.h"

enum op_optimiser_kind { OP_OPTIMISER_ADAM, OP_OPTIMISER_ADAMW, OP_OPTIMISER_KINDS };

struct op_optimiser {
    enum op_optimiser_kind kind;
    uint32_t count;       // parameters, a multiple of 4
    uint32_t decay_count; // the first of them, weights before biases: weight decay applies; a multiple of 4
    float beta1, beta2, eps, weight_decay;
    bool has_ema;
};

// hyper: struct optimiser_hyper, set by the host at each step. grad_clip: struct grad_clip_result; the
// gradient is multiplied by its factor, and when its `apply` is 0 nothing changes. grad, param, m, v, ema:
// [count] fp32. m and v start as zeros, ema (absent without has_ema) as the parameters.
#define OP_ARGS_optimiser(IN, OUT, INOUT, SCRATCH)                                                           \
    IN(hyper) IN(grad_clip) IN(grad) INOUT(param) INOUT(m) INOUT(v) INOUT(ema)
OP_DECLARE(optimiser, struct op_optimiser);

extern const struct op_shapes op_optimiser_shapes; // optimiser_shapes.c

#endif
