#include "shaders/common/push.h"

PUSH(softmax_cross_entropy_forward) {
    ADDRESS logits;        // [n][classes]
    ADDRESS labels;        // u32 [n]
    ADDRESS loss;          // [n]
    ADDRESS probabilities; // [n][classes]
    UINT n;
    UINT classes;
}
PUSH_END(softmax_cross_entropy_forward)
