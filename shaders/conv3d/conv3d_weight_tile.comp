#version 460
#extension GL_GOOGLE_include_directive : require
// The weight gradient as a GEMM per tap, for GPUs: M = channels of the big side, N = channels of the small side,
// K = small voxels of one part. A workgroup computes BA x BB, an invocation 4 x 4; the next slab of voxels travels into
// registers while one is multiplied.
// BA, BB multiples of 4; local size x = BA / 4 * BB / 4.
// Grid: part x tap x block of b x block of a, blocks of a fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv3d/conv_geometry.glsl"
#include "shaders/conv3d/conv3d_weight_push.h"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BA = 64;
layout(constant_id = 17) const uint BB = 64;
layout(constant_id = 18) const uint BK = 16; // voxels per slab

const uint A_BLOCKS = (A + BA - 1) / BA, B_BLOCKS = (B + BB - 1) / BB, TAPS = KD * KH * KW;
const uint A4 = BA / 4, B4 = BB / 4;
const uint BIG_LOADS = (BK * A4 + THREADS - 1) / THREADS, SMALL_LOADS = (BK * B4 + THREADS - 1) / THREADS;

shared vec4 big_slab[BK * A4];     // [voxel][a]
shared vec4 small_slab[BK * B4];   // [voxel][b]

vec4 load_big(uint i, uint v, uint end, uvec3 tap, uint a_block) {
    uint a = a_block * BA + i % A4 * 4;
    v += i / A4;
    if (v >= end || a >= A)
        return vec4(0.0);
    int w = int(v % push.small_w * SW + tap.z) - int(PW);
    v /= push.small_w;
    int h = int(v % push.small_h * SH + tap.y) - int(PH);
    v /= push.small_h;
    int d = int(v % push.small_d * SD + tap.x) - int(PD);
    if (uint(d) >= push.big_d || uint(h) >= push.big_h || uint(w) >= push.big_w)
        return vec4(0.0);
    uint voxel = ((v / push.small_d * push.big_d + uint(d)) * push.big_h + uint(h)) * push.big_w + uint(w);
    return load4(push.big, (voxel * A + a) / 4);
}

vec4 load_small(uint i, uint v, uint end, uint b_block) {
    uint b = b_block * BB + i % B4 * 4;
    v += i / B4;
    return v < end && b < B ? load4(push.small, (v * B + b) / 4) : vec4(0.0);
}

void main() {
    uint group = group_index();
    uint a_block = group % A_BLOCKS, b_block = group / A_BLOCKS % B_BLOCKS;
    uint tap = group / A_BLOCKS / B_BLOCKS % TAPS, part = group / A_BLOCKS / B_BLOCKS / TAPS;
    if (part >= push.parts)
        return;
    uvec3 offset = uvec3(tap / (KH * KW), tap / KW % KH, tap % KW);
    uint rows = push.n * push.small_d * push.small_h, run = (rows + push.parts - 1) / push.parts;
    uint begin = min(part * run, rows) * push.small_w, end = min((part + 1) * run, rows) * push.small_w;
    uint thread = gl_LocalInvocationID.x, tb = thread % B4, ta = thread / B4;

    vec4 sum[4];
    [[unroll]] for (uint i = 0; i < 4; i++)
        sum[i] = vec4(0.0);
    vec4 next_big[BIG_LOADS], next_small[SMALL_LOADS];
    uint slabs = (end - begin + BK - 1) / BK;
    for (uint slab = 0; slab <= slabs; slab++) {
        if (slab > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < BIG_LOADS; l++)
                if (l * THREADS + thread < BK * A4)
                    big_slab[l * THREADS + thread] = next_big[l];
            [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++)
                if (l * THREADS + thread < BK * B4)
                    small_slab[l * THREADS + thread] = next_small[l];
            barrier();
        }
        if (slab < slabs) {
            uint v = begin + slab * BK;
            [[unroll]] for (uint l = 0; l < BIG_LOADS; l++)
                next_big[l] = load_big(l * THREADS + thread, v, end, offset, a_block);
            [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++)
                next_small[l] = load_small(l * THREADS + thread, v, end, b_block);
        }
        if (slab > 0)
            [[unroll]] for (uint k = 0; k < BK; k++) {
                vec4 x = big_slab[k * A4 + ta], y = small_slab[k * B4 + tb];
                [[unroll]] for (uint e = 0; e < 4; e++)
                    sum[e] = fma(vec4(x[e]), y, sum[e]);
            }
    }
    uint a = a_block * BA + ta * 4, b = b_block * BB + tb * 4;
    if (a < A && b < B)
        [[unroll]] for (uint e = 0; e < 4; e++)
            store4_f32(push.partials, (((part * TAPS + tap) * A + a + e) * B + b) / 4, sum[e]);
}
