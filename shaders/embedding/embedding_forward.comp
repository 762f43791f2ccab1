#version 460
#extension GL_GOOGLE_include_directive : require
// rows[n] = table[ids[n]], NaN where there is no such class.
// Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/embedding/embedding_push.h"

void main() {
    uint count = push.n * push.dim4;
    for (uint i = item_begin(count); i < item_end(count); i += item_step()) {
        uint id = load1_u32(push.ids, i / push.dim4);
        vec4 row = uintBitsToFloat(uvec4(0x7fc00000u));
        if (id < push.classes)
            row = load4_f32(push.table, id * push.dim4 + i % push.dim4);
        store4_f32(push.rows, i, row);
    }
}
