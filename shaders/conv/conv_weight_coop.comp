#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
// The weight gradient as a GEMM on cooperative matrices: M = taps x channels of the big side (channels
// innermost), N = channels of the small side, K = small voxels of one part. fp16 products, fp32 sums; both
// sides lie in shared memory with channels innermost, so the big side's matrices are read by columns.
// Grid: part x block of b x block of m, blocks of m fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_geometry.glsl"
#include "shaders/conv/conv_weight_push.h"
#include "shaders/conv/conv_coop.glsl"

layout(constant_id = 24) const bool BIG_GRADIENT = false; // or else the small side is one
// Known here so that voxels are placed without divisions.
layout(constant_id = 25) const uint SMALL_D = 1;
layout(constant_id = 26) const uint SMALL_H = 1;
layout(constant_id = 27) const uint SMALL_W = 1;

const uint M = KD * KH * KW * A;
const uint M_BLOCKS = (M + BM - 1) / BM, N_BLOCKS = (B + BN - 1) / BN;
const uint BIG_STRIDE = M4 + PAD, SMALL_STRIDE = N4 + PAD;
const uint BIG_LOADS = (BK * M4 + THREADS - 1) / THREADS, SMALL_LOADS = (BK * N4 + THREADS - 1) / THREADS;

shared f16vec4 big_slab[BK * BIG_STRIDE];     // [voxel][m]
shared f16vec4 small_slab[BK * SMALL_STRIDE]; // [voxel][b]

vec4 load_big(uint i, uint v, uint end, uint m_block) {
    uint m = m_block * BM + i % M4 * 4, tap = m / A;
    v += i / M4;
    int w = int(v % SMALL_W * SW + tap % KW) - int(PW);
    int h = int(v / SMALL_W % SMALL_H * SH + tap / KW % KH) - int(PH);
    int d = int(v / (SMALL_W * SMALL_H) % SMALL_D * SD + tap / (KW * KH)) - int(PD);
    bool valid =
        v < end && i < BK * M4 && m < M && uint(d) < push.big_d && uint(h) < push.big_h && uint(w) < push.big_w;
    uint clip = v / (SMALL_W * SMALL_H * SMALL_D);
    uint voxel = ((clip * push.big_d + uint(d)) * push.big_h + uint(h)) * push.big_w + uint(w);
    return load4(valid ? push.big : push.zeros, valid ? (voxel * A + m % A) / 4 : 0);
}

vec4 load_small(uint i, uint v, uint end, uint n_block) {
    uint b = n_block * BN + i % N4 * 4;
    v += i / N4;
    bool valid = v < end && i < BK * N4 && b < B;
    return load4(valid ? push.small : push.zeros, valid ? (v * B + b) / 4 : 0);
}

MATRIX_SUM sums[FM * FN];

void multiply(uint wm, uint wn) {
    [[unroll]] for (uint s = 0; s < STEPS; s++) {
        MATRIX_A x[FM];
        [[unroll]] for (uint i = 0; i < FM; i++)
            coopMatLoad(x[i], big_slab, s * TK * BIG_STRIDE + (wm * FM + i) * TM / 4, BIG_STRIDE,
                        gl_CooperativeMatrixLayoutColumnMajor);
        [[unroll]] for (uint j = 0; j < FN; j++) {
            MATRIX_B y;
            coopMatLoad(y, small_slab, s * TK * SMALL_STRIDE + (wn * FN + j) * TN / 4, SMALL_STRIDE,
                        gl_CooperativeMatrixLayoutRowMajor);
            [[unroll]] for (uint i = 0; i < FM; i++)
                sums[i * FN + j] = coopMatMulAdd(x[i], y, sums[i * FN + j]);
        }
    }
}

void main() {
    uint group = group_index();
    uint m_block = group % M_BLOCKS, n_block = group / M_BLOCKS % N_BLOCKS, part = group / M_BLOCKS / N_BLOCKS;
    if (part >= push.parts)
        return;
    uint voxels = push.n * (SMALL_D * SMALL_H * SMALL_W), run = (voxels + push.parts - 1) / push.parts;
    uint begin = min(part * run, voxels), end = min(begin + run, voxels);
    uint thread = gl_LocalInvocationID.x, wm = gl_SubgroupID / WN, wn = gl_SubgroupID % WN;

    [[unroll]] for (uint i = 0; i < FM * FN; i++)
        sums[i] = MATRIX_SUM(0.0);
    vec4 next_big[BIG_LOADS], next_small[SMALL_LOADS];
    uint slabs = (end - begin + BK - 1) / BK;
    [[dont_unroll]] for (uint slab = 0; slab <= slabs; slab++) {
        if (slab > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < BIG_LOADS; l++) {
                uint i = l * THREADS + thread;
                if (i < BK * M4)
                    big_slab[i / M4 * BIG_STRIDE + i % M4] = to_half(next_big[l], BIG_GRADIENT);
            }
            [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++) {
                uint i = l * THREADS + thread;
                if (i < BK * N4)
                    small_slab[i / N4 * SMALL_STRIDE + i % N4] = to_half(next_small[l], !BIG_GRADIENT);
            }
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
            multiply(wm, wn);
    }

    [[unroll]] for (uint i = 0; i < FM * FN; i++) {
        coopMatStore(sums[i], stage, gl_SubgroupID * TILE4, TN / 4, gl_CooperativeMatrixLayoutRowMajor);
        subgroupBarrier();
        for (uint e = gl_SubgroupInvocationID; e < TILE4; e += SUBGROUP) {
            uint m = m_block * BM + (wm * FM + i / FN) * TM + e / (TN / 4);
            uint b = n_block * BN + (wn * FN + i % FN) * TN + e % (TN / 4) * 4;
            if (m < M && b < B)
                store4_f32(push.partials, ((part * M + m) * B + b) / 4, stage[gl_SubgroupID * TILE4 + e]);
        }
        subgroupBarrier(); // read, before the next one is stored
    }
}
