#version 460
#extension GL_GOOGLE_include_directive : require
// With scale = gamma / sqrt(running_var + eps): folded_weight = weight scale,
// folded_bias = (bias - running_mean) scale + beta. Grid: one invocation per four output
// channels of a chunk of rows (tap, cin), striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/batch_norm/batch_norm_fold_push.h"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 scale = load4_f32(push.gamma, span.quad) / sqrt(load4_f32(push.running_var, span.quad) + push.eps);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step)
            store4_f32(push.folded_weight, at, load4_f32(push.weight, at) * scale);
        if (span.chunk != 0)
            continue;
        vec4 bias = push.bias != 0 ? load4_f32(push.bias, span.quad) : vec4(0.0);
        store4_f32(push.folded_bias, span.quad,
                   (bias - load4_f32(push.running_mean, span.quad)) * scale + load4_f32(push.beta, span.quad));
    }
}
