#version 460
#extension GL_GOOGLE_include_directive : require
// dst[4 i .. 4 i + 3] = f(philox(counter = (offset4 + i, stream, step), key = seed));
// KIND is enum noise_kind. Grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/philox.glsl"
#include "shaders/noise/noise_push.h"

layout(constant_id = 4) const uint KIND = 0;
const uint BITS = 0, UNIFORM = 1, NORMAL = 2;

void main() {
    uvec2 key = uvec2(load1_u32(push.seed, 0), load1_u32(push.seed, 1));
    uvec2 step = uvec2(load1_u32(push.seed, 2), load1_u32(push.seed, 3));
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        uvec4 words = philox(uvec4(push.offset4 + i, push.stream, step), key);
        if (KIND == BITS) {
            for (uint k = 0; k < 4; k++)
                store1_u32(push.dst, 4 * i + k, words[k]);
        } else {
            store4_f32(push.dst, i, KIND == UNIFORM ? philox_uniform(words) : philox_normal(words));
        }
    }
}
