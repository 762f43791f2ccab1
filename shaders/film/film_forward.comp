#version 460
#extension GL_GOOGLE_include_directive : require
// dst = f(src (1 + scale[n][c]) + shift[n][c]).
// Grid: one invocation per four channels of a chunk of voxels, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/film/film_forward_push.h"

layout(constant_id = 5) const bool FUSED = false; // f is KIND of activation.glsl

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        uint channel = span.group * push.rows.c4 + span.quad;
        vec4 scale = 1.0 + load4_f32(push.scale, channel), shift = load4_f32(push.shift, channel);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step) {
            vec4 x = load4(push.src, at) * scale + shift;
            store4(push.dst, at, FUSED ? activate(x, 0.0) : x);
        }
    }
}
