#version 460
#extension GL_GOOGLE_include_directive : require
// deep = wide in another order; with BACK wide = deep. An invocation walks along w of the deep tensor with
// the same four of its channels, so that coordinates are divided out once a line.
// Grid: one invocation per four deep channels of a line (n, d, h), striding.
#include "shaders/common/tensor.glsl"
#include "shaders/space_to_depth/space_to_depth_push.h"

void main() {
    uint deep4 = push.bd * push.bh * push.bw * push.c4;
    uint items = push.lines * deep4;
    for (uint item = item_begin(items); item < item_end(items); item += item_step()) {
        uint quad = item % deep4, line = item / deep4;
        uint channel4 = quad % push.c4, place = quad / push.c4;
        uint iw = place % push.bw, ih = place / push.bw % push.bh, id = place / push.bw / push.bh;
        uint slice = line / push.h * push.bd + id; // n x wide d: a clip has d bd slices
        uint wide_line = slice * push.h * push.bh + line % push.h * push.bh + ih;
        uint wide = (wide_line * push.w * push.bw + iw) * push.c4 + channel4;
        uint deep = line * push.w * deep4 + quad;
        for (uint x = 0; x < push.w; x++, wide += push.bw * push.c4, deep += deep4) {
#ifdef BACK
            store4(push.wide, wide, load4(push.deep, deep));
#else
            store4(push.deep, deep, load4(push.wide, wide));
#endif
        }
    }
}
