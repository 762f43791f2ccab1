#version 460
#extension GL_GOOGLE_include_directive : require
// d_src = d_dst[n][c] / voxels, or += with ACCUMULATE. Grid: one invocation per four channels of a chunk of voxels, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/mean_voxels/mean_voxels_backward_push.h"

layout(constant_id = 4) const bool ACCUMULATE = false;

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        vec4 d = load4_f32(push.d_dst, span.group * push.rows.c4 + span.quad) / float(push.rows.rows);
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step)
            store4(push.d_src, at, ACCUMULATE ? load4(push.d_src, at) + d : d);
    }
}
