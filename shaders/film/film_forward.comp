#version 460
#extension GL_GOOGLE_include_directive : require
// dst = src (1 + scale[n][c]) + shift[n][c].
// Grid: one invocation per four channels of a chunk of voxels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/film/film_forward_push.h"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        uint channel = span.group * push.rows.c4 + span.quad;
        vec4 scale = 1.0 + load4_f32(push.scale, channel), shift = load4_f32(push.shift, channel);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step)
            store4(push.dst, at, load4(push.src, at) * scale + shift);
    }
}
