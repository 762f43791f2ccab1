#version 460
#extension GL_GOOGLE_include_directive : require
// The moments of each chunk of rows, one record a chunk. Eight rows at a time stay in registers:
// their mean first, then their m2 about it, so nothing cancels.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/batch_norm/batch_norm_statistics_push.h"
#include "shaders/batch_norm/moments.glsl"

const uint BLOCK = 8;

Moments block_moments(uint at, uint step, vec4 shift) {
    vec4 x[BLOCK], sum = vec4(0.0), m2 = vec4(0.0);
    [[unroll]] for (uint r = 0; r < BLOCK; r++) {
        x[r] = load4(push.src, at + r * step) - shift;
        sum += x[r];
    }
    vec4 mean = sum * (1.0 / float(BLOCK));
    [[unroll]] for (uint r = 0; r < BLOCK; r++)
        m2 += (x[r] - mean) * (x[r] - mean);
    return Moments(mean, m2, float(BLOCK));
}

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 shift = load4(push.src, span.quad);
        Moments total = Moments(vec4(0.0), vec4(0.0), 0.0);
        uint at = span.at, r = 0;
        for (; r + BLOCK <= span.count; r += BLOCK, at += BLOCK * span.step)
            total = merge_moments(total, block_moments(at, span.step, shift));
        for (; r < span.count; r++, at += span.step)
            total = merge_moments(total, Moments(load4(push.src, at) - shift, vec4(0.0), 1.0));
        store_moments(push.records, span.chunk, push.rows.c4, span.quad, total);
    }
}
