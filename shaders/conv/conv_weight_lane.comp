#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_ballot : require
// The weight gradient without barrier or shared memory, for CPU devices.
// One subgroup sums, for one tap, an A_BLOCK x 2 SUBGROUP block of outer products over one part of the rows.
// All lanes stand at the same voxel: lane l loads channels 2l and 2l + 1 of both sides,
// those of `big` are then broadcast. Grid: part x tap x block of b x block of a, blocks of a fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_geometry.glsl"
#include "shaders/conv/conv_weight_push.h"

layout(constant_id = 16) const uint SUBGROUP = 8;
layout(constant_id = 17) const uint A_BLOCK = 16; // divides A, at most 2 SUBGROUP
layout(constant_id = 18) const uint STEP = 2;     // voxels whose products are added together
layout(constant_id = 19) const uint PAIRS = 2;    // pairs of b channels per lane

const uint PAIR_CHANNELS = 2 * SUBGROUP;
const uint LANE_CHANNELS = PAIRS * PAIR_CHANNELS;
const uint A_BLOCKS = A / A_BLOCK;
const uint B_BLOCKS = (B + LANE_CHANNELS - 1) / LANE_CHANNELS;

float low[A_BLOCK * PAIRS], high[A_BLOCK * PAIRS];
uint64_t small_lane[PAIRS]; // of the lane's channels in the first voxel

// Adds the outer products of `count` (STEP or 1) voxels along a row.
void add_voxels(uint64_t big, uint64_t small, uint count) {
    float al[STEP], ah[STEP], bl[STEP * PAIRS], bh[STEP * PAIRS];
    [[unroll]] for (uint v = 0; v < STEP; v++) {
        if (v < count) {
            uvec2 a = split64(load_pair(big + uint64_t(v * SW * A * ACTIVATION_BYTES)));
            al[v] = uintBitsToFloat(a.x);
            ah[v] = uintBitsToFloat(a.y);
            [[unroll]] for (uint p = 0; p < PAIRS; p++) {
                uvec2 b = split64(load_pair(small_lane[p] + small + uint64_t(v * B * ACTIVATION_BYTES)));
                bl[v * PAIRS + p] = uintBitsToFloat(b.x);
                bh[v * PAIRS + p] = uintBitsToFloat(b.y);
            }
        }
    }
    [[unroll]] for (uint k = 0; k < A_BLOCK; k++) {
        [[unroll]] for (uint v = 0; v < STEP; v++) {
            if (v < count) {
                float a = subgroupBroadcast((k & 1) == 0 ? al[v] : ah[v], k / 2);
                [[unroll]] for (uint p = 0; p < PAIRS; p++) {
                    low[k * PAIRS + p] += a * bl[v * PAIRS + p];
                    high[k * PAIRS + p] += a * bh[v * PAIRS + p];
                }
            }
        }
    }
}

void main() {
    uint group = group_index();
    uint a_block = group % A_BLOCKS, b_block = group / A_BLOCKS % B_BLOCKS;
    uint tap = group / A_BLOCKS / B_BLOCKS % (KD * KH * KW), part = group / A_BLOCKS / B_BLOCKS / (KD * KH * KW);
    if (part >= push.parts)
        return;
    int kd = int(tap / (KH * KW)), kh = int(tap / KW % KH), kw = int(tap % KW);
    uint lane = gl_SubgroupInvocationID;
    uint channel = b_block * LANE_CHANNELS + 2 * lane;
    [[unroll]] for (uint p = 0; p < PAIRS; p++)
        small_lane[p] = push.small + uint64_t(min(channel + p * PAIR_CHANNELS, B - 2) * ACTIVATION_BYTES);
    uint64_t big_lane = push.big + uint64_t((a_block * A_BLOCK + min(2 * lane, A_BLOCK - 2)) * ACTIVATION_BYTES);

    [[unroll]] for (uint k = 0; k < A_BLOCK * PAIRS; k++) {
        low[k] = 0.0;
        high[k] = 0.0;
    }
    // The run of small columns whose big column lies inside.
    int w_begin = max((int(PW) - kw + int(SW) - 1) / int(SW), 0);
    int last = int(push.big_w) - 1 + int(PW) - kw;
    int w_end = last < 0 ? 0 : min(last / int(SW) + 1, int(push.small_w));
    uint rows = push.n * push.small_d * push.small_h;
    uint run = (rows + push.parts - 1) / push.parts;
    for (uint row = part * run; row < min((part + 1) * run, rows); row++) {
        int h = int(row % push.small_h) * int(SH) + kh - int(PH);
        int d = int(row / push.small_h % push.small_d) * int(SD) + kd - int(PD);
        int n = int(row / push.small_h / push.small_d);
        if (uint(h) >= push.big_h || uint(d) >= push.big_d)
            continue;
        int big_row = ((n * int(push.big_d) + d) * int(push.big_h) + h) * int(push.big_w);
        int w = w_begin;
        uint64_t big = big_lane + uint64_t(uint(big_row + w * int(SW) + kw - int(PW)) * A) * ACTIVATION_BYTES;
        uint64_t small = uint64_t((row * push.small_w + uint(w)) * B) * ACTIVATION_BYTES;
        for (; w + int(STEP) <= w_end; w += int(STEP)) {
            add_voxels(big, small, STEP);
            big += uint64_t(STEP * SW * A * ACTIVATION_BYTES);
            small += uint64_t(STEP * B * ACTIVATION_BYTES);
        }
        for (; w < w_end; w++) {
            add_voxels(big, small, 1);
            big += uint64_t(SW * A * ACTIVATION_BYTES);
            small += uint64_t(B * ACTIVATION_BYTES);
        }
    }
    uint at = ((part * KD * KH * KW + tap) * A + a_block * A_BLOCK) * B + channel;
    [[unroll]] for (uint p = 0; p < PAIRS; p++)
        if (channel + p * PAIR_CHANNELS < B)
            [[unroll]] for (uint k = 0; k < A_BLOCK; k++)
                Uints64(push.partials + uint64_t(at + k * B + p * PAIR_CHANNELS) * 4).at[0] =
                    join64(floatBitsToUint(vec2(low[k * PAIRS + p], high[k * PAIRS + p])));
}
