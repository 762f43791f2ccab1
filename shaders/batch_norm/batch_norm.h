// Batch normalisation (its params and arguments: batch_norm_args.h), and folding it into the convolution
// before it.
#ifndef MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_H
#define MOGRAPH_SHADERS_BATCH_NORM_BATCH_NORM_H

#include "shaders/batch_norm/batch_norm_args.h"

// Folding frozen statistics into the convolution (or transposed convolution) before them, fp32:
//   scale = gamma / sqrt(running_var + eps)
//   folded_weight[tap][cin][cout] = weight scale[cout]
//   folded_bias[cout] = (bias - running_mean) scale + beta
struct op_batch_norm_fold {
    uint32_t taps, cin, cout;
    float eps; // 0: 1e-5
    bool has_bias;
};

// bias is absent without has_bias. folded_weight may be weight, folded_bias may be bias.
#define OP_ARGS_batch_norm_fold(IN, OUT, INOUT, SCRATCH)                                                     \
    IN(weight)                                                                                               \
    IN(bias) IN(gamma) IN(beta) IN(running_mean) IN(running_var) OUT(folded_weight) OUT(folded_bias)
OP_DECLARE(batch_norm_fold, struct op_batch_norm_fold);

// batch_norm_shapes.c
extern const struct op_shapes op_batch_norm_shapes;          // all but the backward pass of training
extern const struct op_shapes op_batch_norm_backward_shapes; // the backward pass of training
extern const struct op_shapes op_batch_norm_doctor_shapes;   // all
extern const struct op_shapes op_batch_norm_bench_shapes;    // the passes, not the re-estimation
extern const struct op_shapes op_batch_norm_fold_shapes;     // batch_norm_fold_shapes.c

#endif
