#version 460
#extension GL_GOOGLE_include_directive : require
// d_x = (d_result.loss loss'(x) + d_result.lecam 2 (x - anchor)) / count, or += with accumulate; 0 from
// channel c_used on. Grid: one invocation per four elements, striding.
#include "shaders/hinge/hinge.glsl"
#include "shaders/hinge/hinge_backward_push.h"

vec4 slope(vec4 x) {
    if (SIDE == REAL)
        return mix(vec4(0.0), vec4(-1.0), lessThan(x, vec4(1.0)));
    if (SIDE == FAKE)
        return mix(vec4(0.0), vec4(1.0), greaterThan(x, vec4(-1.0)));
    return vec4(-1.0);
}

void main() {
    hinge_result_buffer d_result = hinge_result_buffer(push.d_result); // its first two members alone
    float weight = d_result.at.loss * push.inv_count, pull = 0.0, anchor = 0.0;
    if (push.anchors != 0) {
        pull = 2.0 * d_result.at.lecam * push.inv_count;
        anchor = load_anchor(push.anchors, push.x);
    }
    for (uint i = item_begin(push.count4); i < item_end(push.count4); i += item_step()) {
        vec4 x = load4_f32(push.x, i);
        vec4 d = mask_channels(weight * slope(x) + pull * (x - anchor), i % push.c4, push.c_used);
        store4_f32(push.d_x, i, push.accumulate != 0 ? load4_f32(push.d_x, i) + d : d);
    }
}
