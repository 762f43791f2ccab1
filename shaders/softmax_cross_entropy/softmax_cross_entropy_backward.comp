#version 460
#extension GL_GOOGLE_include_directive : require
// d_logits = d_loss[n] (probabilities - one at the label), or += with accumulate;
// nothing where there is no such class. Grid: one invocation per element, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy_backward_push.h"

void main() {
    uint count = push.n * push.classes;
    for (uint i = item_begin(count); i < item_end(count); i += item_step()) {
        uint n = i / push.classes, label = load1_u32(push.labels, n);
        float d = load1_f32(push.probabilities, i) - (label == i % push.classes ? 1.0 : 0.0);
        d = label < push.classes ? d * load1_f32(push.d_loss, n) : 0.0;
        store1_f32(push.d_logits, i, push.accumulate != 0 ? load1_f32(push.d_logits, i) + d : d);
    }
}
