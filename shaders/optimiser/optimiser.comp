#version 460
#extension GL_GOOGLE_include_directive : require
// One optimiser step; optimiser.h has the formulas. Grid: one invocation per four parameters, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/optimiser/optimiser_hyper.h"
#include "shaders/optimiser/optimiser_push.h"

layout(constant_id = 4) const uint KIND = 0;
const uint ADAMW = 1;

void main() {
    optimiser_hyper hyper = optimiser_hyper_buffer(push.hyper).at;
    grad_clip_result grad_clip = grad_clip_result_buffer(push.grad_clip).at;
    if (grad_clip.apply == 0.0)
        return; // the gradient was not finite
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 p = load4_f32(push.param, i), g = load4_f32(push.grad, i) * grad_clip.factor;
        float decay = i < push.decay_count4 ? push.weight_decay : 0.0;
        if (KIND == ADAMW)
            p -= hyper.lr * decay * p;
        else
            g += decay * p;
        vec4 m = push.beta1 * load4_f32(push.m, i) + (1.0 - push.beta1) * g;
        vec4 v = push.beta2 * load4_f32(push.v, i) + (1.0 - push.beta2) * g * g;
        p -= hyper.lr * (m / hyper.c1) / (sqrt(v / hyper.c2) + push.eps);
        store4_f32(push.param, i, p);
        store4_f32(push.m, i, m);
        store4_f32(push.v, i, v);
        if (push.ema != 0)
            store4_f32(push.ema, i, hyper.ema_decay * load4_f32(push.ema, i) + (1.0 - hyper.ema_decay) * p);
    }
}
