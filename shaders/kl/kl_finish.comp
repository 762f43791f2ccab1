#version 460
#extension GL_GOOGLE_include_directive : require
// kl[n] = sum over c of sums[n][c]; channels[c] = sum over n of sums[n][c].
// Grid: one invocation per sample, then one per channel, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/kl/kl_finish_push.h"

void main() {
    uint count = push.n + (push.channels != 0 ? push.c : 0);
    for (uint i = invocation_index(); i < count; i += invocation_count()) {
        float sum = 0.0;
        if (i < push.n) {
            for (uint c = 0; c < push.c; c++)
                sum += load1_f32(push.sums, i * push.c + c);
            store1_f32(push.kl, i, sum);
        } else {
            for (uint n = 0; n < push.n; n++)
                sum += load1_f32(push.sums, n * push.c + i - push.n);
            store1_f32(push.channels, i - push.n, sum);
        }
    }
}
