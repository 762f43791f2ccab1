#version 460
#extension GL_GOOGLE_include_directive : require
// dst[g][m] = src[g][FAN m] + ... + src[g][FAN m + FAN - 1], record by record, in that order.
// Grid: one invocation per four floats of dst, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows_merge_push.h"

layout(constant_id = 4) const uint FAN = 32;

void main() {
    for (uint i = invocation_index(); i < push.groups * push.merged * push.width4; i += invocation_count()) {
        uint quad = i % push.width4, merged = i / push.width4 % push.merged, group = i / push.width4 / push.merged;
        uint end = min((merged + 1) * FAN, push.chunks);
        vec4 sum = vec4(0.0);
        for (uint chunk = merged * FAN; chunk < end; chunk++)
            sum += load4_f32(push.src, (group * push.chunks + chunk) * push.width4 + quad);
        store4_f32(push.dst, i, sum);
    }
}
