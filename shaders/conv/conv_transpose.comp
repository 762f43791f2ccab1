#version 460
#extension GL_GOOGLE_include_directive : require
// Swaps the two channel axes of a weight: [tap][a][b] to [tap][b][a], four by four. Neighbouring invocations
// write side by side and read one below another: what is left of a row's cache line serves the next round,
// which lines that are only partly written would not. Grid: one invocation per four a and four b, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_transpose_push.h"

void main() {
    uint a4 = push.a / 4, b4 = push.b / 4, count = push.taps * a4 * b4;
    for (uint i = item_begin(count); i < item_end(count); i += item_step()) {
        uint a = i % a4, b = i / a4 % b4, tap = i / a4 / b4;
        uint src = (tap * push.a + 4 * a) * b4 + b, dst = (tap * push.b + 4 * b) * a4 + a;
        mat4 block;
        [[unroll]] for (uint k = 0; k < 4; k++)
            block[k] = load4_f32(push.src, src + k * b4);
        block = transpose(block);
        [[unroll]] for (uint k = 0; k < 4; k++)
            store4_f32(push.dst, dst + k * a4, block[k]);
    }
}
