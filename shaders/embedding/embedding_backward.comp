#version 460
#extension GL_GOOGLE_include_directive : require
// table[class] = sum of rows[n] with ids[n] = class, in the order of n, or += with accumulate.
// Grid: one invocation per four elements of the table, striding; each reads all ids, which are few.
#include "shaders/common/tensor.glsl"
#include "shaders/embedding/embedding_push.h"

void main() {
    uint count = push.classes * push.dim4;
    for (uint i = item_begin(count); i < item_end(count); i += item_step()) {
        vec4 sum = vec4(0.0);
        for (uint n = 0; n < push.n; n++)
            if (load1_u32(push.ids, n) == i / push.dim4)
                sum += load4_f32(push.rows, n * push.dim4 + i % push.dim4);
        store4_f32(push.table, i, push.accumulate != 0 ? load4_f32(push.table, i) + sum : sum);
    }
}
