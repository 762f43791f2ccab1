#version 460
#extension GL_GOOGLE_include_directive : require
// Sums over each chunk, one record (loss, (x - anchor)^2, x, x on the right side of 0) a chunk, in the order
// of struct hinge_result.
//   loss: real max(0, 1 - x), fake max(0, 1 + x), generator -x
// Grid: one invocation per chunk, striding.
#include "shaders/hinge/hinge.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/hinge/hinge_forward_push.h"

float total(vec4 value, uint quad) {
    return dot(mask_channels(value, quad, push.c_used), vec4(1.0));
}

void main() {
    float anchor = load_anchor(push.anchors, push.x);
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 sum = vec4(0.0);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step) {
            uint quad = at % push.c4;
            vec4 x = load4_f32(push.x, at), side = SIDE == FAKE ? -x : x;
            vec4 loss = SIDE == GENERATOR ? -x : max(1.0 - side, 0.0);
            vec4 distance = push.anchors != 0 ? x - anchor : vec4(0.0);
            vec4 right = mix(vec4(0.0), vec4(1.0), greaterThan(side, vec4(0.0)));
            sum += vec4(total(loss, quad), total(distance * distance, quad), total(x, quad), total(right, quad));
        }
        store4_f32(push.records, span.chunk, sum);
    }
}
