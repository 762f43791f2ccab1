#version 460
#extension GL_GOOGLE_include_directive : require
// One level of merging: dst[m] = records FAN m to FAN m + FAN - 1 of src, in that order.
// Grid: one invocation per four channels of a record of dst, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows_merge_push.h"
#include "shaders/batch_norm/moments.glsl"

layout(constant_id = 4) const uint FAN = 32;

void main() {
    uint c4 = (push.width4 - 1) / 2;
    for (uint i = invocation_index(); i < push.merged * c4; i += invocation_count()) {
        uint quad = i % c4, merged = i / c4;
        uint end = min((merged + 1) * FAN, push.chunks);
        store_moments(push.dst, merged, c4, quad, merge_records(push.src, merged * FAN, end, c4, quad));
    }
}
