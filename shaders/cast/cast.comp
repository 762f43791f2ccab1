#version 460
#extension GL_GOOGLE_include_directive : require
// dst = src in the other storage type; grid: one invocation per four elements, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/cast/cast_push.h"

layout(constant_id = 4) const bool TO_BF16 = true;

void main() {
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        if (TO_BF16)
            store4_bf16(push.dst, i, load4_f32(push.src, i));
        else
            store4_f32(push.dst, i, load4_bf16(push.src, i));
    }
}
