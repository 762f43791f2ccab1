#version 460
#extension GL_GOOGLE_include_directive : require
// p -= lr (weight_decay p + scale inverse direction), and the average.
// Grid: one invocation per four parameters, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_structs.h"
#include "shaders/muon/muon_apply_push.h"
#include "shaders/optimiser/optimiser_hyper.h"

void main() {
    optimiser_hyper hyper = optimiser_hyper_buffer(push.hyper).at;
    grad_clip_result grad_clip = grad_clip_result_buffer(push.grad_clip).at;
    if (grad_clip.apply == 0.0)
        return; // the gradient was not finite
    float lr = hyper.lr, along = lr * push.scale * load1_f32(push.inverse, 0);
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 p = load4_f32(push.param, i);
        p -= lr * push.weight_decay * p + along * load4_f32(push.direction, i);
        store4_f32(push.param, i, p);
        if (push.ema != 0)
            store4_f32(push.ema, i, hyper.ema_decay * load4_f32(push.ema, i) + (1.0 - hyper.ema_decay) * p);
    }
}
