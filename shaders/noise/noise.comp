#version 460
#extension GL_GOOGLE_include_directive : require
// dst[4 i .. 4 i + 3] = philox(counter = (offset4 + i, stream, step), key = seed), or with NORMAL what is
// made of them. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/philox.glsl"
#include "shaders/noise/noise_push.h"

layout(constant_id = 4) const bool NORMAL = false;

void main() {
    uvec2 key = uvec2(load1_u32(push.seed, 0), load1_u32(push.seed, 1));
    uvec2 step = uvec2(load1_u32(push.seed, 2), load1_u32(push.seed, 3));
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        uvec4 words = philox(uvec4(push.offset4 + i, push.stream, step), key);
        if (NORMAL) {
            store4_f32(push.dst, i, philox_normal(words));
        } else {
            for (uint k = 0; k < 4; k++)
                store1_u32(push.dst, 4 * i + k, words[k]);
        }
    }
}
