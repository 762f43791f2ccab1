#version 460
#extension GL_GOOGLE_include_directive : require
// Forward and transposed convolution as an implicit GEMM, for GPUs: M = voxels of one parity class, N = output
// channels, K = taps x input channels (channels innermost, so that tap and border test are constant per slab).
// A workgroup computes BM voxels x BN channels, an invocation TM x 4. While a slab is multiplied, the next one is
// already on its way from memory into registers.
// BM, BN multiples of 4; BK = 4, 8, 12 or 16 divides A; local size x = BM / TM * BN / 4.
// Grid: class x block of channels x tile of voxels, voxels fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv3d/conv_gather.glsl"
#include "shaders/conv3d/conv3d_gather_push.h"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BM = 64;
layout(constant_id = 17) const uint BN = 64;
layout(constant_id = 18) const uint BK = 16;
layout(constant_id = 19) const uint TM = 4;

const uint BLOCKS = (B + BN - 1) / BN;
const uint K4 = BK / 4, M4 = BM / 4, N4 = BN / 4, T4 = TM / 4;
const uint SRC_LOADS = (BM * K4 + THREADS - 1) / THREADS;
const uint WEIGHT_LOADS = (BK * N4 + THREADS - 1) / THREADS;

shared vec4 src_slab[BK * M4];    // [k][voxel]
shared vec4 weight_slab[BK * N4]; // [k][channel]
shared ivec4 positions[BM];       // q per dimension, clip; clip is -1 behind the last voxel

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

vec4 load_src(uint i, int jd, int jh, int jw, uint channel) {
    uint m = i / K4;
    if (m >= BM)
        return vec4(0.0);
    ivec4 q = positions[m];
    int d = q.x * ad.src_mul + ad.src_add + jd * ad.src_step;
    int h = q.y * ah.src_mul + ah.src_add + jh * ah.src_step;
    int w = q.z * aw.src_mul + aw.src_add + jw * aw.src_step;
    bool valid = q.w >= 0 && uint(d) < push.src_d && uint(h) < push.src_h && uint(w) < push.src_w;
    if (!valid)
        return vec4(0.0);
    uint voxel = uint(((q.w * int(push.src_d) + d) * int(push.src_h) + h) * int(push.src_w) + w);
    return load4(push.src, voxel * (A / 4) + channel / 4 + i % K4);
}

vec4 load_weight(uint i, uint tap, uint channel, uint block) {
    uint k = i / N4, n = block * BN + i % N4 * 4;
    if (k >= BK || n >= B)
        return vec4(0.0);
    return load4_f32(push.weight, ((tap * A + channel + k) * B + n) / 4);
}

void main() {
    uint group = group_index();
    uint tile = group % push.tiles_per_class;
    uint block = group / push.tiles_per_class % BLOCKS;
    uint parity = group / push.tiles_per_class / BLOCKS;
    if (parity >= CLASSES)
        return;
    ad = make_axis(KD, SD, PD, parity / (SH * SW), push.dst_d);
    ah = make_axis(KH, SH, PH, parity / SW % SH, push.dst_h);
    aw = make_axis(KW, SW, PW, parity % SW, push.dst_w);
    uint total = push.n * uint(ad.q_count) * uint(ah.q_count) * uint(aw.q_count);
    if (tile * BM >= total)
        return;
    place_voxels(tile, total);
    barrier();

    uint thread = gl_LocalInvocationID.x;
    uint tn = thread % N4, tm = thread / N4;
    vec4 sum[TM];
    [[unroll]] for (uint i = 0; i < TM; i++)
        sum[i] = vec4(0.0);
    vec4 next_src[SRC_LOADS], next_weight[WEIGHT_LOADS];
    uint slabs = uint(ad.taps * ah.taps * aw.taps) * (A / BK);
    for (uint slab = 0; slab <= slabs; slab++) {
        if (slab > 0) {
            barrier(); // the slab before has been read
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
                uint i = l * THREADS + thread, m = i / K4;
                if (m < BM)
                    [[unroll]] for (uint k = 0; k < 4; k++)
                        src_slab[(i % K4 * 4 + k) * M4 + m / 4][m % 4] = next_src[l][k];
            }
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
                uint i = l * THREADS + thread;
                if (i < BK * N4)
                    weight_slab[i] = next_weight[l];
            }
            barrier();
        }
        if (slab < slabs) {
            uint channel = slab % (A / BK) * BK, j = slab / (A / BK);
            int jw = int(j) % aw.taps, jh = int(j) / aw.taps % ah.taps, jd = int(j) / aw.taps / ah.taps;
            uint tap = (uint(ad.tap_add + jd * ad.tap_mul) * KH + uint(ah.tap_add + jh * ah.tap_mul)) * KW +
                       uint(aw.tap_add + jw * aw.tap_mul);
            [[unroll]] for (uint l = 0; l < SRC_LOADS; l++)
                next_src[l] = load_src(l * THREADS + thread, jd, jh, jw, channel);
            [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++)
                next_weight[l] = load_weight(l * THREADS + thread, tap, channel, block);
        }
        if (slab > 0)
            [[unroll]] for (uint k = 0; k < BK; k++) {
                vec4 w = weight_slab[k * N4 + tn];
                [[unroll]] for (uint i = 0; i < T4; i++) {
                    vec4 x = src_slab[k * M4 + tm * T4 + i];
                    [[unroll]] for (uint e = 0; e < 4; e++)
                        sum[i * 4 + e] = fma(vec4(x[e]), w, sum[i * 4 + e]);
                }
            }
    }

    uint n = block * BN + tn * 4;
    if (n >= B)
        return;
    vec4 bias = push.bias != 0 ? load4_f32(push.bias, n / 4) : vec4(0.0);
    [[unroll]] for (uint i = 0; i < TM; i++) {
        ivec4 q = positions[tm * TM + i];
        int d = q.x * ad.dst_mul + ad.dst_add, h = q.y * ah.dst_mul + ah.dst_add, w = q.z * aw.dst_mul + aw.dst_add;
        uint voxel = uint(((q.w * int(push.dst_d) + d) * int(push.dst_h) + h) * int(push.dst_w) + w);
        if (q.w >= 0)
            store4(push.dst, voxel * (B / 4) + n / 4, sum[i] + bias);
    }
}
