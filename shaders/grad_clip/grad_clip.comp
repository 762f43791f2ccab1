#version 460
#extension GL_GOOGLE_include_directive : require
// From the sum of squares to the factor; see grad_clip.h. Grid: one invocation does it all.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_push.h"

void main() {
    if (invocation_index() != 0)
        return;
    float squares = load1_f32(push.sum_squares, 0);
    vec4 hyper = load4_f32(push.hyper, 0), state = load4_f32(push.state, 0);
    if ((floatBitsToUint(squares) & 0x7fffffffu) >= 0x7f800000u) {
        store4_f32(push.state, 0, state + vec4(0.0, 0.0, 1.0, 0.0));
        store4_f32(push.result, 0, vec4(squares, 0.0, 0.0, 0.0));
        return;
    }
    float norm = sqrt(squares), limit = hyper.x;
    float relative = state.y > 0.0 ? hyper.y * state.x : 0.0;
    if (relative > 0.0 && (limit == 0.0 || relative < limit))
        limit = relative;
    float factor = limit > 0.0 && norm > limit ? limit / norm : 1.0;
    float seen = norm * factor;
    state.x = state.y > 0.0 ? hyper.z * state.x + (1.0 - hyper.z) * seen : seen;
    state.y += 1.0;
    store4_f32(push.state, 0, state);
    store4_f32(push.result, 0, vec4(norm, factor, 1.0, limit));
}
