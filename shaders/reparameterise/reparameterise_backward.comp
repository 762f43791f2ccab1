#version 460
#extension GL_GOOGLE_include_directive : require
// d_mu = d_z, d_log_sigma = d_z T exp(log_sigma) eps, or += with accumulate; 0 in channels from c_used on.
// Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/reparameterise/reparameterise_backward_push.h"

void main() {
    float temperature = push.tempered != 0 ? load1_f32(push.temperature, 0) : 1.0;
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 d_mu = mask_channels(load4_f32(push.d_z, i), i % push.c4, push.c_used);
        vec4 d_log_sigma = d_mu * temperature * exp(load4_f32(push.log_sigma, i)) * load4_f32(push.eps, i);
        d_log_sigma = mask_channels(d_log_sigma, i % push.c4, push.c_used);
        if (push.accumulate != 0) {
            d_mu += load4_f32(push.d_mu, i);
            d_log_sigma += load4_f32(push.d_log_sigma, i);
        }
        store4_f32(push.d_mu, i, d_mu);
        store4_f32(push.d_log_sigma, i, d_log_sigma);
    }
}
