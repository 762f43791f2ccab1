#version 460
#extension GL_GOOGLE_include_directive : require
// dst = f(gamma (src - mean) inv_std + beta), f an activation or nothing.
// Grid: one invocation per four channels of a chunk of rows, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/batch_norm/batch_norm_apply_push.h"
#include "shaders/batch_norm/channel.glsl"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Channel channel = load_channel(span.quad);
        vec4 scale = channel.gamma * channel.inv_std;
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step) {
            vec4 y = (load4(push.src, at) - channel.mean) * scale + channel.beta;
            store4(push.dst, at, FUSED ? activate(y, push.slope) : y);
        }
    }
}
