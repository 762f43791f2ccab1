#version 460
#extension GL_GOOGLE_include_directive : require
// dst = a 1 + b gram + c square, all [n][n]. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/muon/muon_polynomial_push.h"

void main() {
    uint count4 = push.n * push.n / 4;
    for (uint i = item_begin(count4); i < item_end(count4); i += item_step()) {
        uint row = 4 * i / push.n, col = 4 * i % push.n;
        vec4 unit = vec4(equal(uvec4(col, col + 1, col + 2, col + 3), uvec4(row)));
        store4_f32(push.dst, i, push.a * unit + push.b * load4_f32(push.gram, i) + push.c * load4_f32(push.square, i));
    }
}
