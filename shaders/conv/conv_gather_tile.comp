#version 460
#extension GL_GOOGLE_include_directive : require
// Forward and transposed convolution as an implicit GEMM, for GPUs:
// M = voxels of one parity class, N = output channels, K = taps x input channels (channels innermost,
// so that tap and border test are constant per slab).
// A workgroup computes BM voxels x BN channels, an invocation TM x 4. While a slab is multiplied,
// the next one is already on its way from memory into registers.
// Deep layers have few voxels and long sums: there KS teams of a workgroup share out the slabs of one tile,
// and push.splits workgroups too, which write their sums behind each other, [split][voxel][B] in fp32.
// BM, BN multiples of 4; BK = 4, 8, 12 or 16 divides A; local size x = KS * BM / TM * BN / 4.
// Grid: split x class x block of channels x tile of voxels, voxels fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BM = 64;
layout(constant_id = 17) const uint BN = 64;
layout(constant_id = 18) const uint BK = 16;
layout(constant_id = 19) const uint TM = 4;
layout(constant_id = 20) const uint KS = 1;

const uint BLOCKS = (B + BN - 1) / BN;
const uint K4 = BK / 4, N4 = BN / 4, T4 = TM / 4;
const uint M4 = BM / 4 + 1; // one more: the lanes of a store into src_slab meet in fewer banks
const uint TEAM = THREADS / KS;
const uint SRC_LOADS = (BM * K4 + TEAM - 1) / TEAM;
const uint WEIGHT_LOADS = (BK * N4 + TEAM - 1) / TEAM;
const uint SUMS = KS > 1 ? (KS - 1) * BM * N4 : 1;

shared vec4 src_slab[KS * BK * M4];    // [team][k][voxel]
shared vec4 weight_slab[KS * BK * N4]; // [team][k][channel]
shared vec4 team_sums[SUMS];           // [team - 1][voxel][channel]
shared ivec4 positions[BM];            // q per dimension, clip; clip is -1 behind the last voxel

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

// Where tap 0 of load i lies in src: d, h, w, clip.
ivec4 src_origin(uint i) {
    uint m = i / K4;
    if (m >= BM)
        return ivec4(0, 0, 0, -1);
    ivec4 q = positions[m];
    return ivec4(q.x * ad.src_mul + ad.src_add, q.y * ah.src_mul + ah.src_add, q.z * aw.src_mul + aw.src_add, q.w);
}

vec4 load_src(ivec4 origin, ivec3 offset, uint channel4) {
    int d = origin.x + offset.x, h = origin.y + offset.y, w = origin.z + offset.z;
    bool valid = origin.w >= 0 && uint(d) < push.src_d && uint(h) < push.src_h && uint(w) < push.src_w;
    if (!valid)
        return vec4(0.0);
    uint voxel = uint(((origin.w * int(push.src_d) + d) * int(push.src_h) + h) * int(push.src_w) + w);
    return load4(push.src, voxel * (A / 4) + channel4);
}

vec4 load_weight(uint i, uint row, uint block) {
    uint k = i / N4, n = block * BN + i % N4 * 4;
    if (k >= BK || n >= B)
        return vec4(0.0);
    return load4_f32(push.weight, ((row + k) * B + n) / 4);
}

// Adds the teams' sums to those of the first, in their order.
void gather_teams(uint team, uint at, inout vec4 sum[TM]) {
    if (team > 0)
        [[unroll]] for (uint i = 0; i < TM; i++)
            team_sums[(team - 1) * BM * N4 + at + i * N4] = sum[i];
    barrier();
    [[dont_unroll]] for (uint k = 0; team == 0 && k < KS - 1; k++)
        [[unroll]] for (uint i = 0; i < TM; i++)
            sum[i] += team_sums[k * BM * N4 + at + i * N4];
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

    uint team = gl_LocalInvocationID.x / TEAM, thread = gl_LocalInvocationID.x % TEAM;
    uint tn = thread % N4, tm = thread / N4;
    vec4 sum[TM];
    [[unroll]] for (uint i = 0; i < TM; i++)
        sum[i] = vec4(0.0);
    ivec4 origins[SRC_LOADS];
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++)
        origins[l] = src_origin(l * TEAM + thread);
    vec4 next_src[SRC_LOADS], next_weight[WEIGHT_LOADS];
    uint slabs = uint(ad.taps * ah.taps * aw.taps) * (A / BK), stride = KS * push.splits;
    uint rounds = (slabs + stride - 1) / stride;
    for (uint round = 0; round <= rounds; round++) {
        if (round > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
                uint i = l * TEAM + thread, m = i / K4;
                if (m < BM)
                    [[unroll]] for (uint k = 0; k < 4; k++)
                        src_slab[(team * BK + i % K4 * 4 + k) * M4 + m / 4][m % 4] = next_src[l][k];
            }
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
                uint i = l * TEAM + thread;
                if (i < BK * N4)
                    weight_slab[team * BK * N4 + i] = next_weight[l];
            }
            barrier();
        }
        if (round < rounds) {
            uint slab = (round * push.splits + split) * KS + team;
            uint channel = slab % (A / BK) * BK, j = slab / (A / BK);
            int jw = int(j) % aw.taps, jh = int(j) / aw.taps % ah.taps, jd = int(j) / aw.taps / ah.taps;
            uint tap = (uint(ad.tap_add + jd * ad.tap_mul) * KH + uint(ah.tap_add + jh * ah.tap_mul)) * KW +
                       uint(aw.tap_add + jw * aw.tap_mul);
            ivec3 offset = ivec3(jd * ad.src_step, jh * ah.src_step, jw * aw.src_step);
            bool inside = slab < slabs;
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++)
                next_src[l] =
                    inside ? load_src(origins[l], offset, channel / 4 + (l * TEAM + thread) % K4) : vec4(0.0);
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++)
                next_weight[l] = inside ? load_weight(l * TEAM + thread, tap * A + channel, block) : vec4(0.0);
        }
        if (round > 0)
            [[unroll]] for (uint k = 0; k < BK; k++) {
                vec4 w = weight_slab[(team * BK + k) * N4 + tn];
                [[unroll]] for (uint i = 0; i < T4; i++) {
                    vec4 x = src_slab[(team * BK + k) * M4 + tm * T4 + i];
                    [[unroll]] for (uint e = 0; e < 4; e++)
                        sum[i * 4 + e] = fma(vec4(x[e]), w, sum[i * 4 + e]);
                }
            }
    }
    if (KS > 1)
        gather_teams(team, tm * TM * N4 + tn, sum);

    uint n = block * BN + tn * 4;
    if (team != 0 || n >= B)
        return;
    vec4 bias = push.bias != 0 ? load4_f32(push.bias, n / 4) : vec4(0.0);
    [[unroll]] for (uint i = 0; i < TM; i++) {
        ivec4 q = positions[tm * TM + i];
        int d = q.x * ad.dst_mul + ad.dst_add, h = q.y * ah.dst_mul + ah.dst_add, w = q.z * aw.dst_mul + aw.dst_add;
        uint voxel = uint(((q.w * int(push.dst_d) + d) * int(push.dst_h) + h) * int(push.dst_w) + w);
        if (q.w < 0)
            continue;
        if (push.splits == 1)
            store4(push.dst, voxel * (B / 4) + n / 4, sum[i] + bias);
        else
            store4_f32(push.dst, (split * push.n * push.dst_d * push.dst_h * push.dst_w + voxel) * (B / 4) + n / 4,
                       sum[i]);
    }
}
