#version 460
#extension GL_GOOGLE_include_directive : require
// probabilities = exp(logits - largest) / sum, loss = log(sum) - (logits[label] - largest);
// NaN without such a class. Grid: one invocation per sample, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy_forward_push.h"

void main() {
    for (uint n = invocation_index(); n < push.n; n += invocation_count()) {
        uint row = n * push.classes;
        float largest = load1_f32(push.logits, row), sum = 0.0;
        for (uint c = 1; c < push.classes; c++)
            largest = max(largest, load1_f32(push.logits, row + c));
        for (uint c = 0; c < push.classes; c++)
            sum += exp(load1_f32(push.logits, row + c) - largest);
        for (uint c = 0; c < push.classes; c++)
            store1_f32(push.probabilities, row + c, exp(load1_f32(push.logits, row + c) - largest) / sum);
        uint label = load1_u32(push.labels, n);
        float loss = uintBitsToFloat(0x7fc00000u);
        if (label < push.classes)
            loss = log(sum) - (load1_f32(push.logits, row + label) - largest);
        store1_f32(push.loss, n, loss);
    }
}
