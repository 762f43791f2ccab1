#version 460
#extension GL_GOOGLE_include_directive : require
// p -= lr (weight_decay p + scale inverse direction), and the average.
// Grid: one invocation per four parameters, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/muon/muon_apply_push.h"

void main() {
    vec4 hyper = load4_f32(push.hyper, 0), clip = load4_f32(push.clip, 0);
    if (clip.z == 0.0)
        return; // the gradient was not finite
    float lr = hyper.x, along = lr * push.scale * load1_f32(push.inverse, 0);
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 p = load4_f32(push.param, i);
        p -= lr * push.weight_decay * p + along * load4_f32(push.direction, i);
        store4_f32(push.param, i, p);
        if (push.ema != 0)
            store4_f32(push.ema, i, hyper.w * load4_f32(push.ema, i) + (1.0 - hyper.w) * p);
    }
}
