#version 460
#extension GL_GOOGLE_include_directive : require
// The sum over each chunk of voxels of (pred - target)^2,
// one record [c] a chunk; 0 in channels from c_used on.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/reconstruction/reconstruction_forward_push.h"

layout(constant_id = 4) const bool TARGET_BF16 = false;

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 sum = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step) {
                vec4 target = TARGET_BF16 ? load4_bf16(push.target, at) : load4_f32(push.target, at);
                vec4 difference = load4(push.pred, at) - target;
                block += difference * difference;
            }
            sum += block;
        }
        uint record = (span.group * push.rows.chunks + span.chunk) * push.rows.c4 + span.quad;
        store4_f32(push.records, record, mask_channels(sum, span.quad, push.c_used));
    }
}
