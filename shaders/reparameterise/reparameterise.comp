#version 460
#extension GL_GOOGLE_include_directive : require
// z = mu + T exp(log_sigma) eps, or with INVERSE eps = (z - mu) exp(-log_sigma) / T;
// 0 in channels from c_used on. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/reparameterise/reparameterise_push.h"

layout(constant_id = 4) const bool INVERSE = false;

void main() {
    float temperature = push.tempered != 0 ? load1_f32(push.temperature, 0) : 1.0;
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 mu = load4_f32(push.mu, i), log_sigma = load4_f32(push.log_sigma, i), src = load4_f32(push.src, i);
        vec4 dst = INVERSE ? (src - mu) * exp(-log_sigma) / temperature : mu + temperature * exp(log_sigma) * src;
        store4_f32(push.dst, i, mask_channels(dst, i % push.c4, push.c_used));
    }
}
