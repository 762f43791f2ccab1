#version 460
#extension GL_GOOGLE_include_directive : require
// With d = d_dst f'(src (1 + scale) + shift): d_src = d (1 + scale[n][c]), and per chunk of voxels the record
// [sum of d src: c][sum of d: c].
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/film/film_backward_push.h"

layout(constant_id = 5) const bool FUSED = false; // f is KIND of activation.glsl

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        uint channel = span.group * push.rows.c4 + span.quad;
        vec4 scale = 1.0 + load4_f32(push.scale, channel), shift = vec4(0.0);
        if (FUSED)
            shift = load4_f32(push.shift, channel);
        vec4 d_scale = vec4(0.0), d_shift = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block_scale = vec4(0.0), block_shift = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step) {
                vec4 d = load4(push.d_dst, at), x = load4(push.src, at);
                if (FUSED)
                    d *= activate_derivative(x * scale + shift, 0.0);
                block_scale += d * x;
                block_shift += d;
                store4(push.d_src, at, d * scale);
            }
            d_scale += block_scale;
            d_shift += block_shift;
        }
        uint record = (span.group * push.rows.chunks + span.chunk) * 2 * push.rows.c4 + span.quad;
        store4_f32(push.records, record, d_scale);
        store4_f32(push.records, record + push.rows.c4, d_shift);
    }
}
