#version 460
#extension GL_GOOGLE_include_directive : require
// running_mean = mean, running_var = m2 / (count - 1). Grid: one invocation per four channels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/batch_norm/batch_norm_estimate_push.h"

void main() {
    for (uint quad = invocation_index(); quad < push.c4; quad += invocation_count()) {
        vec4 count = load4_f32(push.count, quad);
        store4_f32(push.running_mean, quad, load4_f32(push.mean, quad));
        store4_f32(push.running_var, quad, load4_f32(push.m2, quad) / max(count - 1.0, 1.0));
    }
}
