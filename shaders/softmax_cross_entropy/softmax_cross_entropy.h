// Cross-entropy of a softmax, in nats, per sample. fp32; any number of classes.
#ifndef MOGRAPH_SHADERS_SOFTMAX_CROSS_ENTROPY_SOFTMAX_CROSS_ENTROPY_H
#define MOGRAPH_SHADERS_SOFTMAX_CROSS_ENTROPY_SOFTMAX_CROSS_ENTROPY_H

#include "shaders/op.h"

struct op_softmax_cross_entropy {
    uint32_t n, classes;
    bool accumulate; // backward only: add to d_logits
};

// loss[n] = -log probabilities[n][label], probabilities[n][classes] = softmax of logits[n][classes], computed
// relative to the largest logit, so that none overflows. labels u32[n]; one that is not below `classes` gives
// a loss of NaN.
#define OP_ARGS_softmax_cross_entropy_forward(IN, OUT, INOUT, SCRATCH)                                       \
    IN(logits) IN(labels) OUT(loss) OUT(probabilities)
OP_DECLARE(softmax_cross_entropy_forward, struct op_softmax_cross_entropy);

// d_logits[n][classes] = d_loss[n] (probabilities - one at the label), 0 where the label is not below
// `classes`. d_loss[n] is the weight of each sample, 1 / n for a mean. d_logits may be probabilities, unless
// accumulating.
#define OP_ARGS_softmax_cross_entropy_backward(IN, OUT, INOUT, SCRATCH)                                      \
    IN(probabilities) IN(labels) IN(d_loss) OUT(d_logits)
OP_DECLARE(softmax_cross_entropy_backward, struct op_softmax_cross_entropy);

extern const struct op_shapes op_softmax_cross_entropy_shapes; // softmax_cross_entropy_shapes.c
extern const struct op_shapes op_softmax_unknown_shapes;

#endif
