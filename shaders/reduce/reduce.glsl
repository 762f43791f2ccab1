// The kinds of enum op_reduce_kind.
#include "shaders/common/tensor.glsl"

layout(constant_id = 4) const uint KIND = 0;
const uint SUM_SQUARES = 2, MAX_ABS = 3, NON_FINITE = 4;

// By bits: comparisons with NaN may be optimised away.
bvec4 exceeds(vec4 x, uint limit) {
    return greaterThan(floatBitsToUint(x) & 0x7fffffffu, uvec4(limit));
}

vec4 map(vec4 x) {
    if (KIND == SUM_SQUARES)
        return x * x;
    if (KIND == MAX_ABS)
        return mix(abs(x), vec4(uintBitsToFloat(0x7f800000u)), exceeds(x, 0x7f800000u));
    if (KIND == NON_FINITE)
        return mix(vec4(0.0), vec4(1.0), exceeds(x, 0x7f7fffffu));
    return x;
}

vec4 combine(vec4 a, vec4 b) {
    return KIND == MAX_ABS ? max(a, b) : a + b;
}

float combine(float a, float b) {
    return KIND == MAX_ABS ? max(a, b) : a + b;
}
