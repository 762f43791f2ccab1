#version 460
#extension GL_GOOGLE_include_directive : require
// Per chunk of voxels and four waves the record [d_pose: 10 poses], of which an item writes its pose's ten.
// With d = d_sin cos - d_cos sin of the phase, and sums over voxels and waves:
//   d_a0 to d_a3 = pi sum of d f0 (x, y, 1, t),  d_a4 to d_a7 the same with f1,
//   d_a8 and d_a9 = pi sum of d f2 (t, 1)
// Grid: one invocation per four waves of a pose on a chunk of voxels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/fourier/fourier_backward_push.h"
#include "shaders/fourier/fourier.glsl"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits
const float PI = 3.14159265359;

// Sums of d times x, y, 1 and t.
struct Sums {
    vec4 x, y, one, t;
};

void add_voxel(Waves waves, vec3 at, uint from, inout Sums sums) {
    vec4 sine, cosine;
    sine_cosine_at(waves, at, sine, cosine);
    vec4 d = load4(push.d_dst, from) * cosine - load4(push.d_dst, from + push.waves4) * sine;
    sums.x += d * at.x;
    sums.y += d * at.y;
    sums.one += d;
    sums.t += d * at.z;
}

void store_record(Span span, Waves waves, Sums sums) {
    uint pose = span.quad / push.waves4, poses = push.rows.c4 / push.waves4;
    uint record = (span.group * push.rows.chunks + span.chunk) * push.waves4 + span.quad % push.waves4;
    float d[10] = float[10](dot(sums.x, waves.fx), dot(sums.y, waves.fx), dot(sums.one, waves.fx),
                            dot(sums.t, waves.fx), dot(sums.x, waves.fy), dot(sums.y, waves.fy),
                            dot(sums.one, waves.fy), dot(sums.t, waves.fy), dot(sums.t, waves.ft),
                            dot(sums.one, waves.ft));
    [[unroll]] for (uint i = 0; i < 10; i++)
        store1_f32(push.records, (record * poses + pose) * 10 + i, PI * push.gain * d[i]);
}

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Waves waves = load_waves(span.group, span.quad);
        Walk walk = walk_of(span);
        Sums sums = Sums(vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0));
        uint r = 0, at = span.at;
        while (r < span.count) {
            Sums block = Sums(vec4(0.0), vec4(0.0), vec4(0.0), vec4(0.0));
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step, advance(walk))
                add_voxel(waves, coordinates(walk), sines_at(at / push.rows.c4, span.quad), block);
            sums.x += block.x;
            sums.y += block.y;
            sums.one += block.one;
            sums.t += block.t;
        }
        store_record(span, waves, sums);
    }
}
