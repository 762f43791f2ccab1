#version 460
#extension GL_GOOGLE_include_directive : require
// dst[i] = the sum of src[i FAN .. i FAN + FAN). Grid: one invocation per result, striding.
#include "shaders/common/tensor.glsl"
#include "shaders/sum_squares/sum_squares_merge_push.h"

const uint FAN = 32;

void main() {
    uint results = (push.count + FAN - 1) / FAN;
    for (uint i = invocation_index(); i < results; i += invocation_count()) {
        float total = 0.0;
        for (uint k = i * FAN; k < min((i + 1) * FAN, push.count); k++)
            total += load1_f32(push.src, k);
        store1_f32(push.dst, i, total);
    }
}
