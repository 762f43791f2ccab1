#version 460
#extension GL_GOOGLE_include_directive : require
// The sum over each chunk of voxels of
//   KL = (exp(t) - 1 - t) / 2 + ((mu_q - mu_p) exp(-log_sigma_p))^2 / 2,  t = 2 (log_sigma_q - log_sigma_p),
// one record [c] a chunk; 0 in channels from c_used on.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/kl/kl_forward_push.h"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

// exp(t) - 1 - t. Near zero, where the difference would cancel, the series:
// its first missing term is 2e-8 of the sum.
vec4 excess(vec4 t) {
    vec4 series = t * t * (0.5 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * (1.0 / 120.0 + t * (1.0 / 720.0 +
                  t * (1.0 / 5040.0 + t * (1.0 / 40320.0)))))));
    return mix(exp(t) - 1.0 - t, series, lessThan(abs(t), vec4(0.5)));
}

vec4 divergence(uint at) {
    vec4 mu = load4_f32(push.mu_q, at), log_sigma = load4_f32(push.log_sigma_q, at), distance = mu;
    if (push.standard == 0) {
        vec4 log_sigma_p = load4_f32(push.log_sigma_p, at);
        distance = (mu - load4_f32(push.mu_p, at)) * exp(-log_sigma_p);
        log_sigma -= log_sigma_p;
    }
    return 0.5 * (excess(2.0 * log_sigma) + distance * distance);
}

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 sum = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step)
                block += divergence(at);
            sum += block;
        }
        uint record = (span.group * push.rows.chunks + span.chunk) * push.rows.c4 + span.quad;
        store4_f32(push.records, record, mask_channels(sum, span.quad, push.c_used));
    }
}
