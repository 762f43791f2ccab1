#version 460
#extension GL_GOOGLE_include_directive : require
// d_src = gamma inv_std (d - mean of d - x_hat mean of d x_hat), d the gradient before the activation
// (Ioffe & Szegedy 2015). Grid: one invocation per four channels of a chunk of rows, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/batch_norm/batch_norm_backward_apply_push.h"
#include "shaders/batch_norm/channel.glsl"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Channel channel = load_channel(span.quad);
        vec4 scale = channel.gamma * channel.inv_std;
        vec4 mean_d_x_hat = load4_f32(push.sums, span.quad) / float(push.rows.rows);
        vec4 mean_d = load4_f32(push.sums, push.rows.c4 + span.quad) / float(push.rows.rows);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step) {
            vec4 normalised = x_hat(channel, load4(push.src, at));
            vec4 d = d_affine(channel, normalised, load4(push.d_dst, at));
            store4(push.d_src, at, scale * (d - mean_d - normalised * mean_d_x_hat));
        }
    }
}
