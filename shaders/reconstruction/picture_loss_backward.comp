#version 460
#extension GL_GOOGLE_include_directive : require
// With x = deep (1 + scale) + shift, pred = sigmoid(x): d_x = d_nll[n] (pred - target) / sigma^2 pred',
// 0 in channels from c_used on; d_deep = d_x (1 + scale). Per chunk of blocks, at one place in them, the record
// [sum of d_x deep: c][sum of d_x: c]. Grid: one invocation per four channels of a place of a chunk, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/reconstruction/picture_loss_backward_push.h"
#include "shaders/reconstruction/picture.glsl"
#include "shaders/reconstruction/reconstruction_calibration.h"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    float inv_sigma2 = 1.0 / max(reconstruction_calibration_buffer(push.calibration).at.sigma2, push.least);
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Place place = find_place(span);
        float weight = load1_f32(push.d_nll, span.group) * inv_sigma2;
        vec4 d_scale = vec4(0.0), d_shift = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block_scale = vec4(0.0), block_shift = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step) {
                vec4 deep = load4(push.deep, at), derivative;
                vec4 pred = sigmoid_and_derivative(deep * place.scale + place.shift, derivative);
                vec4 difference = pred - load4_f32(push.target, in_picture(place, at));
                vec4 d = mask_channels(weight * difference * derivative, place.channel4, push.c_used);
                block_scale += d * deep;
                block_shift += d;
                store4(push.d_deep, at, d * place.scale);
            }
            d_scale += block_scale;
            d_shift += block_shift;
        }
        uint record = place.record * 2 * C4 + place.channel4;
        store4_f32(push.records, record, d_scale);
        store4_f32(push.records, record + C4, d_shift);
    }
}
