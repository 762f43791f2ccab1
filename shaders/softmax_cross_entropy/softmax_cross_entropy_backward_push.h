#include "shaders/common/push.h"

PUSH(softmax_cross_entropy_backward) {
    ADDRESS probabilities; // [n][classes]
    ADDRESS labels;        // u32 [n]
    ADDRESS d_loss;        // [n]
    ADDRESS d_logits;      // [n][classes]
    UINT n;
    UINT classes;
    UINT accumulate;
}
PUSH_END(softmax_cross_entropy_backward)
