// One step of Muon for matrices of parameters, with an exponential moving average (EMA) of them. Jordan et
// al. 2024, "Muon: an optimizer for hidden layers in neural networks"; scaled as in Liu et al. 2025, "Muon is
// scalable for LLM training", so that AdamW's learning rates fit. For each matrix:
//   m = momentum m + (1 - momentum) g
//   x = momentum m + (1 - momentum) g           (Nesterov)
//   x /= |x|, then five times x = a x + b (x x^T) x + c (x x^T)^2 x
//                                               (Newton and Schulz: singular values to 1)
//   p -= lr weight_decay p + lr lr_scale 0.2 sqrt(max(rows, cols)) x
//   ema = ema_decay ema + (1 - ema_decay) p
// All directions that the gradient has move by the same length, so details with small gradients keep up.
//
// A convolution [kd][kh][kw][in][out] is the matrix of kd kh kw in rows and out columns.
#ifndef MOGRAPH_SHADERS_MUON_MUON_H
#define MOGRAPH_SHADERS_MUON_MUON_H

#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/op.h"
#include "shaders/optimiser/optimiser_hyper.h"

enum { OP_MUON_MATRICES = 48 };

struct op_muon_matrix {
    uint32_t rows, cols; // multiples of 4, the shorter at most 1024
    float lr_scale;      // its own part of the learning rate, but for weight decay; 0: all of it
};

// All matrices are taken through the step side by side, by a number of dispatches that does not grow with
// theirs.
struct op_muon {
    uint32_t matrices; // 1 to OP_MUON_MATRICES
    struct op_muon_matrix of[OP_MUON_MATRICES];
    float momentum, weight_decay;
    bool has_ema;
};

// hyper: struct optimiser_hyper (c1 and c2 are not used). grad_clip: struct grad_clip_result; the gradient is
// multiplied by its factor, and when its `apply` is 0 nothing changes. grad, param, m, ema: the matrices, one
// behind the other, each [rows][cols] fp32. m starts as zeros, ema (absent without has_ema) as the
// parameters. A matrix x shorter than 1e-12 leaves its parameters to weight decay.
#define OP_ARGS_muon(IN, OUT, INOUT, SCRATCH)                                                                \
    IN(hyper) IN(grad_clip) IN(grad) INOUT(param) INOUT(m) INOUT(ema) SCRATCH(scratch)
OP_DECLARE(muon, struct op_muon);

extern const struct op_shapes op_muon_shapes; // muon_shapes.c

#endif
