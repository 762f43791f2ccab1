#version 460
#extension GL_GOOGLE_include_directive : require
// Adds up a vector's squares in parts: part p takes every `parts`-th group of four on a GPU, a run of them on
// a CPU. Sums run over 64 groups first and then over those, so that rounding grows slowly. Grid: one
// invocation per part, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/sum_squares/sum_squares_push.h"

void main() {
    uint run = (push.count4 + push.parts - 1) / push.parts, step = LANE ? 1 : push.parts;
    for (uint part = invocation_index(); part < push.parts; part += invocation_count()) {
        uint begin = LANE ? part * run : part;
        uint end = LANE ? min(begin + run, push.count4) : push.count4;
        vec4 total = vec4(0.0);
        for (uint i = begin; i < end;) {
            vec4 inner = vec4(0.0);
            for (uint k = 0; k < 64 && i < end; k++, i += step) {
                vec4 x = load4_f32(push.src, i);
                inner = inner + x * x;
            }
            total = total + inner;
        }
        store1_f32(push.partials, part, (total.x + total.y) + (total.z + total.w));
    }
}
