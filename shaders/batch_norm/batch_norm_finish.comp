#version 460
#extension GL_GOOGLE_include_directive : require
// mean and inv_std = 1 / sqrt(m2 / count + eps) of the batch;
// running = (1 - momentum) running + momentum batch, with the unbiased variance m2 / (count - 1),
// as PyTorch does. Grid: one invocation per four channels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/batch_norm/batch_norm_finish_push.h"
#include "shaders/batch_norm/moments.glsl"

// Not mix(): a device may compute that as old + momentum (batch - old),
// where a small variance is lost in a large one.
vec4 blend(vec4 old, vec4 batch) {
    return (1.0 - push.momentum) * old + push.momentum * batch;
}

void main() {
    for (uint quad = invocation_index(); quad < push.c4; quad += invocation_count()) {
        Moments batch = merge_records(push.records, 0, push.chunks, push.c4, quad);
        vec4 mean = batch.mean + load4(push.src, quad);
        vec4 unbiased = batch.m2 / max(batch.count - 1.0, 1.0);
        store4_f32(push.mean, quad, mean);
        store4_f32(push.inv_std, quad, 1.0 / sqrt(batch.m2 / batch.count + push.eps));
        store4_f32(push.running_mean, quad, blend(load4_f32(push.running_mean, quad), mean));
        store4_f32(push.running_var, quad, blend(load4_f32(push.running_var, quad), unbiased));
    }
}
