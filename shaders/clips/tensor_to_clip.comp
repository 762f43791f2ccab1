#version 460
#extension GL_GOOGLE_include_directive : require
// A tensor to bytes; clips.h has the layouts. Grid: one invocation per four voxels (three words), striding.
#include "shaders/common/tensor.glsl"
#include "shaders/clips/tensor_to_clip_push.h"

uint bad; // colours of this invocation that are not finite

uvec3 to_bytes(vec3 colour) {
    bvec3 broken = greaterThanEqual(floatBitsToUint(colour) & 0x7fffffffu, uvec3(0x7f800000u));
    bad += uint(broken.x) + uint(broken.y) + uint(broken.z);
    return uvec3(mix(floor(clamp(colour, 0.0, 1.0) * 255.0 + 0.5), vec3(0.0), broken));
}

void main() {
    bad = 0;
    for (uint i = item_begin(push.quads); i < item_end(push.quads); i += item_step()) {
        uvec3 a = to_bytes(load4(push.src, 4 * i).xyz), b = to_bytes(load4(push.src, 4 * i + 1).xyz);
        uvec3 c = to_bytes(load4(push.src, 4 * i + 2).xyz), d = to_bytes(load4(push.src, 4 * i + 3).xyz);
        store1_u32(push.dst, 3 * i, a.x | a.y << 8 | a.z << 16 | b.x << 24);
        store1_u32(push.dst, 3 * i + 1, b.y | b.z << 8 | c.x << 16 | c.y << 24);
        store1_u32(push.dst, 3 * i + 2, c.z | d.x << 8 | d.y << 16 | d.z << 24);
    }
    if (bad > 0)
        atomicAdd(Uints(push.non_finite).at[0], bad); // integers: the order does not matter
}
