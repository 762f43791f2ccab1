#version 460
#extension GL_GOOGLE_include_directive : require
// Combines a vector into parts: part p takes every `parts`-th group of four on a GPU, a run of them on a CPU.
// Sums run over 64 groups first and then over those, so that rounding grows slowly.
// Grid: one invocation per part, striding.
#include "shaders/reduce/reduce.glsl"
#include "shaders/reduce/reduce_push.h"

void main() {
    uint run = (push.count4 + push.parts - 1) / push.parts, step = LANE ? 1 : push.parts;
    for (uint part = invocation_index(); part < push.parts; part += invocation_count()) {
        uint begin = LANE ? part * run : part;
        uint end = LANE ? min(begin + run, push.count4) : push.count4;
        vec4 total = vec4(0.0);
        for (uint i = begin; i < end;) {
            vec4 inner = vec4(0.0);
            for (uint k = 0; k < 64 && i < end; k++, i += step)
                inner = combine(inner, map(load4_f32(push.src, i)));
            total = combine(total, inner);
        }
        store1_f32(push.partials, part, combine(combine(total.x, total.y), combine(total.z, total.w)));
    }
}
