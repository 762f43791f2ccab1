#version 460
#extension GL_GOOGLE_include_directive : require
// The sum of each chunk of voxels, one record [c] a chunk.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/mean_voxels/mean_voxels_forward_push.h"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 sum = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step)
                block += load4(push.src, at);
            sum += block;
        }
        store4_f32(push.records, (span.group * push.rows.chunks + span.chunk) * push.rows.c4 + span.quad, sum);
    }
}
