#version 460
#extension GL_GOOGLE_include_directive : require
// Sums over the voxels of each chunk. Grid: one invocation per chunk and four channels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/conv3d/conv3d_bias_push.h"

void main() {
    uint c4 = push.channels / 4;
    uint chunk_voxels = (push.voxels + push.chunks - 1) / push.chunks;
    for (uint i = invocation_index(); i < push.chunks * c4; i += invocation_count()) {
        uint begin = min(i / c4 * chunk_voxels, push.voxels), end = min(begin + chunk_voxels, push.voxels);
        // Two levels of sums: an error that grows with the square root of the length, not with the length.
        vec4 sum = vec4(0.0);
        for (uint from = begin; from < end; from += 64) {
            vec4 inner = vec4(0.0);
            for (uint v = from; v < min(from + 64, end); v++)
                inner += load4(push.src, v * c4 + i % c4);
            sum += inner;
        }
        store4_f32(push.partials, i, sum);
    }
}
