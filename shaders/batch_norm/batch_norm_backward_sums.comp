#version 460
#extension GL_GOOGLE_include_directive : require
// Per chunk of rows the record [sum of d x_hat: c][sum of d: c], d the gradient before the activation.
// With frozen statistics also d_src = d gamma inv_std, since nothing there waits for the sums.
// Grid: one invocation per four channels of a chunk, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/batch_norm/batch_norm_backward_sums_push.h"
#include "shaders/batch_norm/channel.glsl"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void add_row(Channel channel, uint at, inout vec4 d_gamma, inout vec4 d_beta) {
    vec4 normalised = x_hat(channel, load4(push.src, at));
    vec4 d = d_affine(channel, normalised, load4(push.d_dst, at));
    d_gamma += d * normalised;
    d_beta += d;
    if (FROZEN)
        store4(push.d_src, at, d * channel.gamma * channel.inv_std);
}

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Channel channel = load_channel(span.quad);
        vec4 d_gamma = vec4(0.0), d_beta = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block_gamma = vec4(0.0), block_beta = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step)
                add_row(channel, at, block_gamma, block_beta);
            d_gamma += block_gamma;
            d_beta += block_beta;
        }
        uint record = span.chunk * 2 * push.rows.c4 + span.quad;
        store4_f32(push.records, record, d_gamma);
        store4_f32(push.records, record + push.rows.c4, d_beta);
    }
}
