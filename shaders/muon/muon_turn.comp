#version 460
#extension GL_GOOGLE_include_directive : require
// x of every wide matrix, transposed: [longer][n]. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/muon/muon_table.h"
#include "shaders/muon/muon_turn_push.h"

// e / n and, in e, the rest. Integers' division costs a CPU one per lane; the guess is off by 1 at most.
uint divide(inout uint e, uint n) {
    uint q = uint(float(e) / float(n));
    q -= q * n > e ? 1 : 0;
    q += e - q * n >= n ? 1 : 0;
    e -= q * n;
    return q;
}

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        uint m;
        MUON_FIND(m, push.table, push.matrices, turned, 4 * i);
        muon_matrix matrix = muon_table_buffer(push.table).of[m];
        uint at = 4 * i - matrix.turned, k = divide(at, matrix.n), from = matrix.at + at * matrix.longer + k;
        vec4 value;
        [[unroll]] for (uint c = 0; c < 4; c++)
            value[c] = load1_f32(push.x, from + c * matrix.longer);
        store4_f32(push.turned, i, value);
    }
}
