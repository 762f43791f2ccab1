#version 460
#extension GL_GOOGLE_include_directive : require
// The gram matrix [n][n] of x becomes that of x / |x|: its trace is |x|^2.
// inverse[0] = 1 / |x|, 0 when x is too short. Grid: one invocation per four elements, striding;
// each adds up the diagonal for itself, in one order.
#include "shaders/common/tensor.glsl"
#include "shaders/muon/muon_normalise_push.h"

const float SHORTEST = 1e-24;

void main() {
    float trace = 0.0;
    for (uint i = 0; i < push.n; i++)
        trace += load1_f32(push.gram, i * push.n + i);
    float inverse = trace > SHORTEST ? 1.0 / trace : 0.0;
    uint count4 = push.n * push.n / 4;
    for (uint i = item_begin(count4); i < item_end(count4); i += item_step()) {
        store4_f32(push.normal, i, load4_f32(push.gram, i) * inverse);
        if (i == 0)
            store4_f32(push.inverse, 0, vec4(sqrt(inverse), 0.0, 0.0, 0.0));
    }
}
