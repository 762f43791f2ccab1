#version 460
#extension GL_GOOGLE_include_directive : require
// The sum over each chunk of blocks, at one place in them, of (pred - target)^2, a record [c] each;
// pred = sigmoid(deep (1 + scale) + shift). 0 in channels from c_used on.
// Grid: one invocation per four channels of a place of a chunk, striding.
#include "shaders/activation/activation.glsl"
#include "shaders/common/channels.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/reconstruction/picture_loss_forward_push.h"
#include "shaders/reconstruction/picture.glsl"

const uint BLOCK = 8; // sums of eight, then of those: a long plain sum would lose digits

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        Place place = find_place(span);
        vec4 sum = vec4(0.0);
        uint r = 0, at = span.at;
        while (r < span.count) {
            vec4 block = vec4(0.0);
            uint end = min(r + BLOCK, span.count);
            for (; r < end; r++, at += span.step) {
                vec4 pred = activate(load4(push.deep, at) * place.scale + place.shift, 0.0);
                vec4 difference = pred - load4_f32(push.target, in_picture(place, at));
                block += difference * difference;
            }
            sum += block;
        }
        store4_f32(push.records, place.record * C4 + place.channel4,
                   mask_channels(sum, place.channel4, push.c_used));
    }
}
