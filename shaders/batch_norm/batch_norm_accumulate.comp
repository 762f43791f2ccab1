#version 460
#extension GL_GOOGLE_include_directive : require
// Merges the batch's moments into the pooled ones. Grid: one invocation per four channels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/batch_norm/batch_norm_accumulate_push.h"
#include "shaders/batch_norm/moments.glsl"

void main() {
    for (uint quad = invocation_index(); quad < push.c4; quad += invocation_count()) {
        Moments batch = merge_records(push.records, 0, push.chunks, push.c4, quad);
        batch.mean += load4(push.src, quad);
        vec4 count = load4_f32(push.count, quad); // the same in every channel
        Moments pooled = Moments(load4_f32(push.mean, quad), load4_f32(push.m2, quad), count.x);
        pooled = merge_moments(pooled, batch);
        store4_f32(push.mean, quad, pooled.mean);
        store4_f32(push.m2, quad, pooled.m2);
        store4_f32(push.count, quad, vec4(pooled.count));
    }
}
