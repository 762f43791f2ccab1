#version 460
#extension GL_GOOGLE_include_directive : require
// both[row] = a[row], b[row]; with SPLIT the other way. An invocation stays in one of the two parts.
// Grid: one invocation per four channels of a chunk of rows of `both`, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/common/rows.glsl"
#include "shaders/concat/concat_push.h"

void main() {
    for (uint item = invocation_index(); item < row_items(push.rows); item += invocation_count()) {
        Span span = row_span(push.rows, item);
        bool in_a = span.quad < push.a4;
        uint64_t part = in_a ? push.a : push.b;
        uint width = in_a ? push.a4 : push.rows.c4 - push.a4, quad = in_a ? span.quad : span.quad - push.a4;
        uint part_at = span.at / push.rows.c4 * width + quad, part_step = span.step / push.rows.c4 * width;
        for (uint r = 0, at = span.at; r < span.count; r++, at += span.step, part_at += part_step) {
#ifdef SPLIT
            store4(part, part_at, load4(push.both, at));
#else
            store4(push.both, at, load4(part, part_at));
#endif
        }
    }
}
