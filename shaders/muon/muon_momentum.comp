#version 460
#extension GL_GOOGLE_include_directive : require
// m = momentum m + (1 - momentum) g and x = momentum m + (1 - momentum) g; x is 0 when the step is skipped.
// Grid: one invocation per four parameters, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/muon/muon_momentum_push.h"

void main() {
    grad_clip_result grad_clip = grad_clip_result_buffer(push.grad_clip).at;
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        if (grad_clip.apply == 0.0) {
            store4_f32(push.x, i, vec4(0.0));
            continue;
        }
        vec4 g = load4_f32(push.grad, i) * grad_clip.factor;
        vec4 m = push.momentum * load4_f32(push.m, i) + (1.0 - push.momentum) * g;
        store4_f32(push.m, i, m);
        store4_f32(push.x, i, push.momentum * m + (1.0 - push.momentum) * g);
    }
}
