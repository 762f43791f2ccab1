#version 460
#extension GL_GOOGLE_include_directive : require
// dst = sum over parts, in their order; adds to dst with ACCUMULATE.
// Grid: one invocation per four b, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_reduce_push.h"

layout(constant_id = 4) const bool SWAP = false;
layout(constant_id = 5) const bool ACCUMULATE = false;

void main() {
    uint b4 = push.b / 4, count4 = push.taps * push.a * b4;
    for (uint i = invocation_index(); i < count4; i += invocation_count()) {
        vec4 sum = vec4(0.0);
        for (uint part = 0; part < push.parts; part++)
            sum += load4_f32(push.partials, part * count4 + i);
        if (!SWAP) {
            store4_f32(push.dst, i, ACCUMULATE ? load4_f32(push.dst, i) + sum : sum);
            continue;
        }
        uint b = i % b4 * 4, a = i / b4 % push.a, tap = i / b4 / push.a;
        uint dst = (tap * push.b + b) * push.a + a;
        [[unroll]] for (uint k = 0; k < 4; k++) {
            float before = ACCUMULATE ? load1_f32(push.dst, dst + k * push.a) : 0.0;
            store1_f32(push.dst, dst + k * push.a, before + sum[k]);
        }
    }
}
