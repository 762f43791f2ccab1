#version 460
#extension GL_GOOGLE_include_directive : require
// One optimiser step; optimiser.h has the formulas. Grid: one invocation per four parameters, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/optimiser/optimiser_push.h"

layout(constant_id = 4) const uint KIND = 0;
const uint ADAMW = 1, ADAMAX = 2;

void main() {
    vec4 hyper = load4_f32(push.hyper, 0), clip = load4_f32(push.clip, 0);
    if (clip.z == 0.0)
        return; // the gradient was not finite
    float lr = hyper.x, c1 = hyper.y, c2 = hyper.z;
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 p = load4_f32(push.param, i), g = load4_f32(push.grad, i) * clip.y;
        float decay = i < push.decay_count4 ? push.weight_decay : 0.0;
        if (KIND == ADAMW)
            p -= lr * decay * p;
        else
            g += decay * p;
        vec4 m = push.beta1 * load4_f32(push.m, i) + (1.0 - push.beta1) * g, v = push.beta2 * load4_f32(push.v, i);
        if (KIND == ADAMAX) {
            v = max(v, abs(g) + push.eps);
            p -= lr / c1 * m / v;
        } else {
            v += (1.0 - push.beta2) * g * g;
            p -= lr * (m / c1) / (sqrt(v / c2) + push.eps);
        }
        store4_f32(push.param, i, p);
        store4_f32(push.m, i, m);
        store4_f32(push.v, i, v);
        if (push.ema != 0)
            store4_f32(push.ema, i, hyper.w * load4_f32(push.ema, i) + (1.0 - hyper.w) * p);
    }
}
