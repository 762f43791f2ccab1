#version 460
#extension GL_GOOGLE_include_directive : require
// Swaps the two channel axes of a weight: [tap][a][b] to [tap][b][a]. Grid: one invocation per four b,
// striding; weights are small, so the strided stores cost little beside the convolution that follows.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_transpose_push.h"

void main() {
    uint b4 = push.b / 4;
    for (uint i = invocation_index(); i < push.taps * push.a * b4; i += invocation_count()) {
        uint b = i % b4 * 4, a = i / b4 % push.a, tap = i / b4 / push.a;
        vec4 row = load4_f32(push.src, i);
        uint dst = (tap * push.b + b) * push.a + a;
        [[unroll]] for (uint k = 0; k < 4; k++)
            store1_f32(push.dst, dst + k * push.a, row[k]);
    }
}
