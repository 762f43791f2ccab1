#version 460
#extension GL_GOOGLE_include_directive : require
// The weight gradient as a GEMM, for GPUs: M = taps x channels of the big side (channels innermost),
// N = channels of the small side, K = small voxels of one part. A workgroup computes BM x BN,
// an invocation TM x 4; the next slab of voxels travels into registers while one is multiplied.
// BM, BN multiples of 4; local size x = BM / TM * BN / 4, a multiple of BM / 4 or a divisor of it.
// Grid: part x block of b x block of m, blocks of m fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_geometry.glsl"
#include "shaders/conv/conv_weight_push.h"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BM = 64;
layout(constant_id = 17) const uint BN = 64;
layout(constant_id = 18) const uint BK = 16; // voxels per slab
layout(constant_id = 19) const uint TM = 4;
layout(constant_id = 20) const uint SMALL_D = 1; // known here so that voxels are placed without divisions
layout(constant_id = 21) const uint SMALL_H = 1;
layout(constant_id = 22) const uint SMALL_W = 1;

const uint M = KD * KH * KW * A;
const uint M_BLOCKS = (M + BM - 1) / BM, N_BLOCKS = (B + BN - 1) / BN;
const uint M4 = BM / 4, N4 = BN / 4, T4 = TM / 4;
const uint BIG_LOADS = (BK * M4 + THREADS - 1) / THREADS, SMALL_LOADS = (BK * N4 + THREADS - 1) / THREADS;

shared vec4 big_slab[BK * M4];   // [voxel][m]
shared vec4 small_slab[BK * N4]; // [voxel][b]

vec4 load_big(uint i, uint v, uint end, uint m_block) {
    uint m = m_block * BM + i % M4 * 4, tap = m / A;
    v += i / M4;
    if (v >= end || m >= M)
        return vec4(0.0);
    int w = int(v % SMALL_W * SW + tap % KW) - int(PW);
    int h = int(v / SMALL_W % SMALL_H * SH + tap / KW % KH) - int(PH);
    int d = int(v / (SMALL_W * SMALL_H) % SMALL_D * SD + tap / (KW * KH)) - int(PD);
    if (uint(d) >= push.big_d || uint(h) >= push.big_h || uint(w) >= push.big_w)
        return vec4(0.0);
    uint clip = v / (SMALL_W * SMALL_H * SMALL_D);
    uint voxel = ((clip * push.big_d + uint(d)) * push.big_h + uint(h)) * push.big_w + uint(w);
    return load4(push.big, (voxel * A + m % A) / 4);
}

vec4 load_small(uint i, uint v, uint end, uint n_block) {
    uint b = n_block * BN + i % N4 * 4;
    v += i / N4;
    return v < end && i < BK * N4 && b < B ? load4(push.small, (v * B + b) / 4) : vec4(0.0);
}

void main() {
    uint group = group_index();
    uint m_block = group % M_BLOCKS, n_block = group / M_BLOCKS % N_BLOCKS, part = group / M_BLOCKS / N_BLOCKS;
    if (part >= push.parts)
        return;
    uint voxels = push.n * (SMALL_D * SMALL_H * SMALL_W), run = (voxels + push.parts - 1) / push.parts;
    uint begin = min(part * run, voxels), end = min(begin + run, voxels);
    uint thread = gl_LocalInvocationID.x, tn = thread % N4, tm = thread / N4;

    vec4 sum[TM];
    [[unroll]] for (uint i = 0; i < TM; i++)
        sum[i] = vec4(0.0);
    vec4 next_big[BIG_LOADS], next_small[SMALL_LOADS];
    uint slabs = (end - begin + BK - 1) / BK;
    for (uint slab = 0; slab <= slabs; slab++) {
        if (slab > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < BIG_LOADS; l++)
                if (l * THREADS + thread < BK * M4)
                    big_slab[l * THREADS + thread] = next_big[l];
            [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++)
                if (l * THREADS + thread < BK * N4)
                    small_slab[l * THREADS + thread] = next_small[l];
            barrier();
        }
        if (slab < slabs) {
            uint v = begin + slab * BK;
            [[unroll]] for (uint l = 0; l < BIG_LOADS; l++)
                next_big[l] = load_big(l * THREADS + thread, v, end, m_block);
            [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++)
                next_small[l] = load_small(l * THREADS + thread, v, end, n_block);
        }
        if (slab > 0)
            [[unroll]] for (uint k = 0; k < BK; k++) {
                vec4 y = small_slab[k * N4 + tn];
                [[unroll]] for (uint i = 0; i < T4; i++) {
                    vec4 x = big_slab[k * M4 + tm * T4 + i];
                    [[unroll]] for (uint e = 0; e < 4; e++)
                        sum[i * 4 + e] = fma(vec4(x[e]), y, sum[i * 4 + e]);
                }
            }
    }
    uint b = n_block * BN + tn * 4;
    [[unroll]] for (uint i = 0; i < TM; i++) {
        uint m = m_block * BM + tm * TM + i;
        if (m < M && b < B)
            store4_f32(push.partials, ((part * M + m) * B + b) / 4, sum[i]);
    }
}
