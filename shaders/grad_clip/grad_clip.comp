#version 460
#extension GL_GOOGLE_include_directive : require
// From the sum of squares to the factor; see grad_clip.h. Grid: one invocation does it all.
#include "shaders/common/tensor.glsl"
#include "shaders/grad_clip/grad_clip_push.h"
#include "shaders/grad_clip/grad_clip_structs.h"

void main() {
    if (invocation_index() != 0)
        return;
    float squares = load1_f32(push.sum_squares, 0);
    grad_clip_limits limits = grad_clip_limits_buffer(push.limits).at;
    grad_clip_state state = grad_clip_state_buffer(push.state).at;
    if ((floatBitsToUint(squares) & 0x7fffffffu) >= 0x7f800000u) {
        state.skipped += 1.0;
        grad_clip_state_buffer(push.state).at = state;
        grad_clip_result_buffer(push.result).at = grad_clip_result(squares, 0.0, 0.0, 0.0);
        return;
    }
    bool seen_any = state.steps > 0.0;
    float scale = limits.scale > 0.0 ? limits.scale : 1.0;
    float norm = sqrt(squares) / scale, limit = limits.max_norm;
    float relative = seen_any ? limits.max_ratio * state.running_norm : 0.0;
    if (relative > 0.0 && (limit == 0.0 || relative < limit))
        limit = relative;
    float factor = limit > 0.0 && norm > limit ? limit / norm : 1.0;
    float seen = norm * factor, decay = limits.running_decay;
    state.running_norm = seen_any ? decay * state.running_norm + (1.0 - decay) * seen : seen;
    state.steps += 1.0;
    grad_clip_state_buffer(push.state).at = state;
    grad_clip_result_buffer(push.result).at = grad_clip_result(norm, factor / scale, 1.0, limit);
}
