#version 460
#extension GL_GOOGLE_include_directive : require
// With w = d_kl[n], e = (mu_q - mu_p) exp(-log_sigma_p) and t = 2 (log_sigma_q - log_sigma_p):
//   d_mu_q = w e exp(-log_sigma_p)   d_log_sigma_q = w (exp(t) - 1)
//   d_mu_p = -d_mu_q                 d_log_sigma_p = -d_log_sigma_q - w e^2
// or += with accumulate; 0 in channels from c_used on. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/kl/kl_backward_push.h"

void put(uint64_t dst, uint i, vec4 value) {
    value = mask_channels(value, i % push.c4, push.c_used);
    store4_f32(dst, i, push.accumulate != 0 ? load4_f32(dst, i) + value : value);
}

// exp(t) - 1, by its series near zero, where the difference would cancel.
vec4 exp_minus_1(vec4 t) {
    vec4 series = t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t * (1.0 / 720.0 +
                  t * (1.0 / 5040.0 + t * (1.0 / 40320.0))))))));
    return mix(exp(t) - 1.0, series, lessThan(abs(t), vec4(0.5)));
}

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 distance = load4_f32(push.mu_q, i), log_ratio = load4_f32(push.log_sigma_q, i), scale = vec4(1.0);
        if (push.standard == 0) {
            vec4 log_sigma_p = load4_f32(push.log_sigma_p, i);
            scale = exp(-log_sigma_p);
            distance = (distance - load4_f32(push.mu_p, i)) * scale;
            log_ratio -= log_sigma_p;
        }
        float w = load1_f32(push.d_kl, i / push.sample4);
        vec4 d_mu = w * distance * scale, d_log_sigma = w * exp_minus_1(2.0 * log_ratio);
        put(push.d_mu_q, i, d_mu);
        put(push.d_log_sigma_q, i, d_log_sigma);
        if (push.standard == 0) {
            put(push.d_mu_p, i, -d_mu);
            put(push.d_log_sigma_p, i, -d_log_sigma - w * distance * distance);
        }
    }
}
