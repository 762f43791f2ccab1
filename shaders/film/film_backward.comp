#version 460
#extension GL_GOOGLE_include_directive : require
// d_src = d_dst (1 + scale[n][c]), and per chunk of voxels the record [sum of d_dst src: c][sum of d_dst: c].
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/film/film_backward_push.h"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 scale = 1.0 + load4_f32(push.scale, span.group * push.rows.c4 + span.quad);
        vec4 d_scale = vec4(0.0), d_shift = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block_scale = vec4(0.0), block_shift = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step) {
                vec4 d = load4(push.d_dst, at);
                block_scale += d * load4(push.src, at);
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
