#version 460
#extension GL_GOOGLE_include_directive : require
// The gram matrix [n][n] of x becomes that of x / |x|: its trace is |x|^2.
// inverse = 1 / |x|, 0 when x is too short. Grid: one workgroup per matrix, whose invocations stride over
// groups of four elements; each adds up the diagonal for itself, in one order.
#include "shaders/common/tensor.glsl"
#include "shaders/muon/muon_normalise_push.h"
#include "shaders/muon/muon_table.h"

const float SHORTEST = 1e-24;

void main() {
    uint m = group_index();
    if (m >= push.matrices)
        return;
    muon_matrix matrix = muon_table_buffer(push.table).of[m];
    float trace = 0.0;
    for (uint i = 0; i < matrix.n; i++)
        trace += load1_f32(push.gram, matrix.square + i * matrix.n + i);
    float inverse = trace > SHORTEST ? 1.0 / trace : 0.0;
    uint begin = matrix.square / 4, end = begin + matrix.n * matrix.n / 4;
    for (uint i = begin + gl_LocalInvocationID.x; i < end; i += gl_WorkGroupSize.x)
        store4_f32(push.normal, i, load4_f32(push.gram, i) * inverse);
    if (gl_LocalInvocationID.x == 0)
        store1_f32(push.inverse, m, sqrt(inverse));
}
