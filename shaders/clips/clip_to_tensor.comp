#version 460
#extension GL_GOOGLE_include_directive : require
// A batch of augmented clips; clips.h has the layouts. Grid: one invocation per voxel, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/clips/clip_to_tensor_push.h"

layout(constant_id = 4) const uint FILL = 0;
layout(constant_id = 5) const uint D = 1; // sizes that are constants divide without a division
layout(constant_id = 6) const uint H = 1;
layout(constant_id = 7) const uint W = 1;
const uint EDGE = 1;

// Three bytes from any byte offset; bytes are read as words, which needs no 8-bit storage.
// `base` counts from the data set's start, which may be behind 32 bits.
uvec3 load_rgb(uint64_t base, uint byte) {
    uint rest = uint(base) & 3u;
    byte += rest;
    base = push.clips + (base - rest); // not base & ~3: lavapipe of Mesa 26.1 overruns its stack there at 512 bits
    uint shift = (byte & 3) * 8;
    uint bits = load1_u32(base, byte >> 2) >> shift;
    if (shift > 8)
        bits |= load1_u32(base, (byte >> 2) + 1) << (32 - shift);
    return uvec3(bits & 0xffu, (bits >> 8) & 0xffu, (bits >> 16) & 0xffu);
}

// Where an output position comes from: undo the shift, then the flip.
ivec3 source(ivec3 at, ivec3 size, uvec4 augment, out bool inside) {
    at -= ivec3(augment.yzw);
    inside = all(greaterThanEqual(at, ivec3(0))) && all(lessThan(at, size));
    at = clamp(at, ivec3(0), size - 1);
    bvec3 flip = notEqual(augment.xxx & uvec3(4, 2, 1), uvec3(0));
    return mix(at, size - 1 - at, flip);
}

void main() {
    uint count = push.n * D * H * W;
    ivec3 size = ivec3(D, H, W);
    for (uint i = item_begin(count); i < item_end(count); i += item_step()) {
        uint w = i % W, h = i / W % H, d = i / W / H % D, n = i / W / H / D;
        uvec4 augment = uvec4(load1_u32(push.augment, n * 4), load1_u32(push.augment, n * 4 + 1),
                              load1_u32(push.augment, n * 4 + 2), load1_u32(push.augment, n * 4 + 3));
        bool inside;
        ivec3 at = source(ivec3(d, h, w), size, augment, inside);
        uint64_t clip = uint64_t(load1_u32(push.index, n)) * (D * H * W * 3);
        uint voxel = (uint(at.x) * H + uint(at.y)) * W + uint(at.z);
        vec3 rgb = inside || FILL == EDGE ? vec3(load_rgb(clip, voxel * 3)) / 255.0 : vec3(0.0);
        store4(push.dst, i, vec4(rgb, 0.0));
    }
}
