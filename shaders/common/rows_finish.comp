#version 460
#extension GL_GOOGLE_include_directive : require
// The last level of a sum over rows: total = the sum of the chunks, (first, second) = factor total,
// or += with accumulate. Grid: one invocation per four floats of a record, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows_finish_push.h"

void main() {
    for (uint i = invocation_index(); i < push.groups * push.width4; i += invocation_count()) {
        uint quad = i % push.width4, group = i / push.width4;
        vec4 sum = vec4(0.0);
        for (uint chunk = 0; chunk < push.chunks; chunk++)
            sum += load4_f32(push.src, (group * push.chunks + chunk) * push.width4 + quad);
        if (push.total != 0)
            store4_f32(push.total, i, sum);
        bool is_first = quad < push.first4;
        uint64_t dst = is_first ? push.first : push.second;
        uint at = is_first ? group * push.first4 + quad : group * (push.width4 - push.first4) + quad - push.first4;
        vec4 old = push.accumulate != 0 ? load4_f32(dst, at) : vec4(0.0);
        store4_f32(dst, at, old + push.factor * sum);
    }
}
