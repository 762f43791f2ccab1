#version 460
#extension GL_GOOGLE_include_directive : require
// The sum of each chunk of voxels, one record [channels] a chunk.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/conv/conv_bias_push.h"

const uint BLOCK = 64; // sums of 64, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 sum = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 inner = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step)
                inner += load4(push.src, at);
            sum += inner;
        }
        store4_f32(push.records, item, sum);
    }
}
