#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
// Forward and transposed convolution as an implicit GEMM on cooperative matrices: M = voxels of one parity
// class, N = output channels, K = taps x input channels, channels innermost. fp16 products, fp32 sums.
// K is cut into slabs of BK wherever they end: where BK divides A a slab has one tap, or else each four
// channels have their own (A is a multiple of 4). While a slab is multiplied, the next one is on its way into
// registers.
// Few voxels with long sums: push.splits workgroups share out the slabs, as in conv_gather_tile.comp.
// Grid: split x class x block of channels x tile of voxels, voxels fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_epilogue.glsl"
#include "shaders/conv/conv_coop.glsl"

layout(constant_id = 24) const bool GRADIENT = false; // src is one

const uint BLOCKS = (B + BN - 1) / BN;
const uint A4 = A / 4;
const bool WHOLE = A % BK == 0;
const uint SRC_STRIDE = K4 + PAD, WEIGHT_STRIDE = N4 + PAD;
const uint SRC_LOADS = (BM * K4 + THREADS - 1) / THREADS, WEIGHT_LOADS = (BK * N4 + THREADS - 1) / THREADS;

shared f16vec4 src_slab[BM * SRC_STRIDE];       // [voxel][k]
shared f16vec4 weight_slab[BK * WEIGHT_STRIDE]; // [k][channel]
shared ivec4 positions[BM];                     // q per dimension, clip; clip is -1 behind the last voxel

axis ad, ah, aw;

void place_voxels(uint tile, uint total) {
    for (uint i = gl_LocalInvocationID.x; i < BM; i += THREADS) {
        uint m = tile * BM + i, rest = min(m, total - 1);
        int w = int(rest % uint(aw.q_count)) + aw.q_begin;
        rest /= uint(aw.q_count);
        int h = int(rest % uint(ah.q_count)) + ah.q_begin;
        rest /= uint(ah.q_count);
        int d = int(rest % uint(ad.q_count)) + ad.q_begin;
        positions[i] = ivec4(d, h, w, m < total ? int(rest / uint(ad.q_count)) : -1);
    }
}

// Where load i reads: the voxel of tap 0, and which taps of each axis lie inside the clip, four bits an axis.
void place_load(uint i, out int voxel, out uint inside) {
    uint m = i / K4;
    ivec4 q = positions[min(m, BM - 1)];
    int d = q.x * ad.src_mul + ad.src_add, h = q.y * ah.src_mul + ah.src_add, w = q.z * aw.src_mul + aw.src_add;
    voxel = ((q.w * int(push.src_d) + d) * int(push.src_h) + h) * int(push.src_w) + w;
    inside = 0;
    [[unroll]] for (int j = 0; j < 4; j++) {
        inside |= uint(d + j * ad.src_step) < push.src_d ? 1u << j : 0;
        inside |= uint(h + j * ah.src_step) < push.src_h ? 1u << (4 + j) : 0;
        inside |= uint(w + j * aw.src_step) < push.src_w ? 1u << (8 + j) : 0;
    }
    inside = m < BM && q.w >= 0 ? inside : 0;
}

// A tap as loads see it: how far it is from tap 0, and its bits; behind the last, bits that no load has.
struct tap {
    int offset;
    uint bits;
};

tap make_tap(uint j, uint taps) {
    int jw = int(j) % aw.taps, jh = int(j) / aw.taps % ah.taps, jd = int(j) / aw.taps / ah.taps;
    int offset = (jd * ad.src_step * int(push.src_h) + jh * ah.src_step) * int(push.src_w) + jw * aw.src_step;
    return tap(offset, j < taps ? (1u << jd) | (16u << jh) | (256u << jw) : ~0u);
}

// Four channels; zeros outside the clip and behind the last tap.
vec4 load_src(int voxel, uint inside, tap t, uint channel4) {
    bool valid = (inside & t.bits) == t.bits;
    return load4(valid ? push.src : push.zeros, valid ? uint(voxel + t.offset) * A4 + channel4 : 0);
}

uint weight_tap(uint j) {
    if (!TRANSPOSED)
        return j;
    int jw = int(j) % aw.taps, jh = int(j) / aw.taps % ah.taps, jd = int(j) / aw.taps / ah.taps;
    return (uint(ad.tap_add + jd * ad.tap_mul) * KH + uint(ah.tap_add + jh * ah.tap_mul)) * KW +
           uint(aw.tap_add + jw * aw.tap_mul);
}

// Load i of the slab's weights, of which `row` is row 0 of tap j.
vec4 load_weight(uint i, uint j, uint taps, uint row, uint block) {
    uint n = block * BN + i % N4 * 4, k = row + i / N4;
    if (!WHOLE) {
        j += k / A;
        k %= A;
    }
    bool valid = i < BK * N4 && n < B && j < taps;
    return load4_f32(valid ? push.weight : push.zeros, valid ? ((weight_tap(j) * A + k) * B + n) / 4 : 0);
}

MATRIX_SUM sums[FM * FN];

void multiply(uint wm, uint wn) {
    [[unroll]] for (uint s = 0; s < STEPS; s++) {
        MATRIX_A x[FM];
        [[unroll]] for (uint i = 0; i < FM; i++)
            coopMatLoad(x[i], src_slab, (wm * FM + i) * TM * SRC_STRIDE + s * TK / 4, SRC_STRIDE,
                        gl_CooperativeMatrixLayoutRowMajor);
        [[unroll]] for (uint j = 0; j < FN; j++) {
            MATRIX_B w;
            coopMatLoad(w, weight_slab, s * TK * WEIGHT_STRIDE + (wn * FN + j) * TN / 4, WEIGHT_STRIDE,
                        gl_CooperativeMatrixLayoutRowMajor);
            [[unroll]] for (uint i = 0; i < FM; i++)
                sums[i * FN + j] = coopMatMulAdd(x[i], w, sums[i * FN + j]);
        }
    }
}

// Four channels from n on of voxel m of the tile.
void store_sum(uint m, uint n, uint split, vec4 sum) {
    ivec4 q = positions[m];
    if (q.w < 0 || n >= B)
        return;
    int d = q.x * ad.dst_mul + ad.dst_add, h = q.y * ah.dst_mul + ah.dst_add, w = q.z * aw.dst_mul + aw.dst_add;
    uint voxel = uint(((q.w * int(push.dst_d) + d) * int(push.dst_h) + h) * int(push.dst_w) + w);
    if (push.splits == 1)
        store4(push.dst, voxel * (B / 4) + n / 4,
               finish(sum + (push.bias != 0 ? load4_f32(push.bias, n / 4) : vec4(0.0)), uint(q.w),
                      voxel * (B / 4) + n / 4, n));
    else
        store4_f32(push.dst, (split * push.n * push.dst_d * push.dst_h * push.dst_w + voxel) * (B / 4) + n / 4, sum);
}

void main() {
    uint group = group_index();
    uint tile = group % push.tiles_per_class;
    uint block = group / push.tiles_per_class % BLOCKS;
    uint parity = group / push.tiles_per_class / BLOCKS % CLASSES;
    uint split = group / push.tiles_per_class / BLOCKS / CLASSES;
    if (split >= push.splits)
        return;
    ad = make_axis(KD, SD, PD, parity / (SH * SW), push.dst_d);
    ah = make_axis(KH, SH, PH, parity / SW % SH, push.dst_h);
    aw = make_axis(KW, SW, PW, parity % SW, push.dst_w);
    uint total = push.n * uint(ad.q_count) * uint(ah.q_count) * uint(aw.q_count);
    if (tile * BM >= total)
        return;
    place_voxels(tile, total);
    barrier();

    uint thread = gl_LocalInvocationID.x, wm = gl_SubgroupID / WN, wn = gl_SubgroupID % WN;
    [[unroll]] for (uint i = 0; i < FM * FN; i++)
        sums[i] = MATRIX_SUM(0.0);
    int voxels[SRC_LOADS];
    uint inside[SRC_LOADS];
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++)
        place_load(l * THREADS + thread, voxels[l], inside[l]);
    vec4 next_src[SRC_LOADS], next_weight[WEIGHT_LOADS];
    uint taps = uint(ad.taps * ah.taps * aw.taps), slabs = (taps * A + BK - 1) / BK;
    uint rounds = (slabs + push.splits - 1) / push.splits;
    [[dont_unroll]] for (uint round = 0; round <= rounds; round++) {
        if (round > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
                uint i = l * THREADS + thread;
                if (i < BM * K4)
                    src_slab[i / K4 * SRC_STRIDE + i % K4] = to_half(next_src[l], GRADIENT);
            }
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
                uint i = l * THREADS + thread;
                if (i < BK * N4)
                    weight_slab[i / N4 * WEIGHT_STRIDE + i % N4] = to_half(next_weight[l], false);
            }
            barrier();
        }
        if (round < rounds) {
            uint k = (round * push.splits + split) * BK; // behind the last slab every tap is too large
            uint j = k / A, row = k % A;
            tap whole = make_tap(j, taps);
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
                uint channel4 = row / 4 + (l * THREADS + thread) % K4;
                tap t = whole;
                if (!WHOLE)
                    t = make_tap(j + channel4 / A4, taps);
                next_src[l] = load_src(voxels[l], inside[l], t, WHOLE ? channel4 : channel4 % A4);
            }
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++)
                next_weight[l] = load_weight(l * THREADS + thread, j, taps, row, block);
        }
        if (round > 0)
            multiply(wm, wn);
    }

    [[unroll]] for (uint i = 0; i < FM * FN; i++) {
        coopMatStore(sums[i], stage, gl_SubgroupID * TILE4, TN / 4, gl_CooperativeMatrixLayoutRowMajor);
        subgroupBarrier();
        for (uint e = gl_SubgroupInvocationID; e < TILE4; e += SUBGROUP)
            store_sum((wm * FM + i / FN) * TM + e / (TN / 4), block * BN + (wn * FN + i % FN) * TN + e % (TN / 4) * 4,
                      split, stage[gl_SubgroupID * TILE4 + e]);
        subgroupBarrier(); // read, before the next one is stored
    }
}
