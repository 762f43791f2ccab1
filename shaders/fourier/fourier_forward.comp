#version 460
#extension GL_GOOGLE_include_directive : require
// dst = sin and cos of pi (f0 X + f1 Y + f2 T), X, Y and T moved by the pose (fourier.h).
// Grid: one invocation per four waves of a pose on a chunk of voxels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/fourier/fourier_forward_push.h"
#include "shaders/fourier/fourier.glsl"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Waves waves = load_waves(span.group, span.quad);
        Walk walk = walk_of(span);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step, advance(walk)) {
            vec4 sine, cosine;
            sine_cosine_at(waves, coordinates(walk), sine, cosine);
            uint to = sines_at(at / push.rows.c4, span.quad);
            store4(push.dst, to, sine);
            store4(push.dst, to + push.waves4, cosine);
        }
    }
}
