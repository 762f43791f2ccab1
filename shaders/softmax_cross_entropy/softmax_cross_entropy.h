// Cross-entropy of a softmax, in nats, per sample. fp32; any number of classes.
#ifndef MOGRAPH_SHADERS_SOFTMAX_CROSS_ENTROPY_SOFTMAX_CROSS_ENTROPY_H
#define MOGRAPH_SHADERS_SOFTMAX_CROSS_ENTROPY_SOFTMAX_CROSS_ENTROPY_H

#include "shaders/op.h"

struct op_softmax_cross_entropy {
    uint32_t n, classes;
    bool accumulate; // backward only: add to d_logits
};

// loss[n] = -log probabilities[n][label], probabilities[n][classes] = softmax of logits[n][classes],
// computed relative to the largest logit, so that none overflows. labels u32[n];
// one that is not below `classes` gives a loss of NaN.
void op_softmax_cross_entropy_forward(struct op_recorder *recorder,
                                      const struct op_softmax_cross_entropy *params, struct rt_buffer logits,
                                      struct rt_buffer labels, struct rt_buffer loss,
                                      struct rt_buffer probabilities);

// d_logits[n][classes] = d_loss[n] (probabilities - one at the label), 0 where the label
// is not below `classes`. d_loss[n] is the weight of each sample, 1 / n for a mean.
// d_logits may be probabilities, unless accumulating.
void op_softmax_cross_entropy_backward(struct op_recorder *recorder,
                                       const struct op_softmax_cross_entropy *params,
                                       struct rt_buffer probabilities, struct rt_buffer labels,
                                       struct rt_buffer d_loss, struct rt_buffer d_logits);

#endif
