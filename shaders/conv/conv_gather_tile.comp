#version 460
#extension GL_GOOGLE_include_directive : require
// Forward and transposed convolution as an implicit GEMM, for GPUs:
// M = voxels of one parity class, N = output channels, K = taps x input channels, channels innermost.
// A workgroup computes BM voxels x BN channels, an invocation TM x TN of them. K comes in slabs: one tap,
// DEPTH channels. While a slab is multiplied, the next one is on its way from memory into registers.
// Deep layers have few voxels and long sums: there KS teams of a workgroup share out a slab's channels, and
// their sums are added at the end; and push.splits workgroups share out the slabs, which write their sums
// behind each other, [split][voxel][B] in fp32.
// Order of one output's sum: slabs in order, in each a team's own channels in order; then teams, halves
// first.
// What is known of a voxel (its address, which taps lie inside) is settled before the loop, what is known
// of a tap when the tap begins; a slab costs a load of its address and nothing else. Outside, zeros are
// loaded.
// BM, BN, BK multiples of 4; KS a power of two; DEPTH divides A; TN divides BN, TM BM;
// local size x = KS * BM / TM * BN / TN.
// Grid: split x class x block of channels x tile of voxels, voxels fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_epilogue.glsl"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BM = 64;
layout(constant_id = 17) const uint BN = 64;
layout(constant_id = 18) const uint BK = 16; // channels of a slab that one team multiplies
layout(constant_id = 19) const uint TM = 4;
layout(constant_id = 20) const uint TN = 4;
layout(constant_id = 21) const uint KS = 1;

const uint BLOCKS = (B + BN - 1) / BN;
const uint DEPTH = KS * BK, D4 = DEPTH / 4, K4 = BK / 4;
const uint N4 = BN / 4, TN4 = TN / 4;
const uint NT = N4 / TN4, MT = BM / TM; // invocations of a team, over channels and over voxels
const uint TEAM = NT * MT, TILE = TM * TN4;
const uint ROW = D4 < 8 ? D4 : D4 + 1; // of a voxel; one more where rows would begin in one bank
const uint SRC_SIZE = BM * ROW, SLAB = SRC_SIZE + DEPTH * N4;
const uint SRC_LOADS = (BM * D4 + THREADS - 1) / THREADS, WEIGHT_LOADS = (DEPTH * N4 + THREADS - 1) / THREADS;
const uint SUMS = KS / 2 * BM * N4;
const uint MEMORY = SLAB > SUMS ? SLAB : SUMS;
const uint GROUP_BYTES = ACTIVATION_BYTES * 4;
const uint NOWHERE = 0xffffffffu;

// One after the other: places of the tile's voxels (place_voxels); slabs of floats, src [voxel][channel] and
// weight [channel of src][channel]; sums of teams.
shared uvec4 memory[MEMORY];
shared uint dst_voxels[BM]; // NOWHERE behind the last

axis ad, ah, aw;

// What this invocation loads of every slab, and what it has loaded of the next: groups of four channels of
// src and of rows of the weight.
uint64_t src_origin[SRC_LOADS], src_at[SRC_LOADS], weight_at[WEIGHT_LOADS];
uint src_inside[SRC_LOADS];
vec4 next_src[SRC_LOADS], next_weight[WEIGHT_LOADS];

// The slab that is loaded next: its tap in each dimension, its first channel; the tap's row of the weight.
uint jd, jh, jw, channel, weight_row;

// Which taps of one dimension lie inside, as bits.
uint inside_bits(int first, int src_step, uint taps, uint size) {
    uint bits = 0;
    [[unroll]] for (uint j = 0; j < taps; j++)
        bits |= uint(first + int(j) * src_step) < size ? 1u << j : 0u;
    return bits;
}

uint tap_bits(uint jd, uint jh, uint jw) {
    return 1u << jd | 16u << jh | 256u << jw;
}

// Of every voxel of the tile: where tap 0 lies in src, the taps inside (see tap_bits), and where it is in
// dst.
void place_voxels(uint tile, uint total) {
    for (uint i = gl_LocalInvocationID.x; i < BM; i += THREADS) {
        uint m = tile * BM + i, rest = min(m, total - 1);
        int w = int(rest % uint(aw.q_count)) + aw.q_begin;
        rest /= uint(aw.q_count);
        int h = int(rest % uint(ah.q_count)) + ah.q_begin;
        rest /= uint(ah.q_count);
        int d = int(rest % uint(ad.q_count)) + ad.q_begin, n = int(rest / uint(ad.q_count));
        ivec3 src = ivec3(d * ad.src_mul + ad.src_add, h * ah.src_mul + ah.src_add, w * aw.src_mul + aw.src_add);
        ivec3 dst = ivec3(d * ad.dst_mul + ad.dst_add, h * ah.dst_mul + ah.dst_add, w * aw.dst_mul + aw.dst_add);
        uint inside = inside_bits(src.x, ad.src_step, KD, push.src_d) |
                      inside_bits(src.y, ah.src_step, KH, push.src_h) << 4 |
                      inside_bits(src.z, aw.src_step, KW, push.src_w) << 8;
        int at = ((n * int(push.src_d) + src.x) * int(push.src_h) + src.y) * int(push.src_w) + src.z;
        int to = ((n * int(push.dst_d) + dst.x) * int(push.dst_h) + dst.y) * int(push.dst_w) + dst.z;
        memory[i] = uvec4(uint(at), m < total ? inside : 0, 0, 0);
        dst_voxels[i] = m < total ? uint(to) : NOWHERE;
    }
}

void place_loads(uint block) {
    uint local = gl_LocalInvocationID.x;
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint i = l * THREADS + local;
        uvec4 place = memory[min(i / D4, BM - 1)];
        src_inside[l] = place.y;
        src_origin[l] = push.src + int64_t(int(place.x) * int(A / 4) + int(i % D4)) * GROUP_BYTES;
    }
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
        uint i = l * THREADS + local, n = min(block * BN + i % N4 * 4, B - 4); // behind B: sums of no use
        weight_at[l] = push.weight + uint64_t(min(i / N4, DEPTH - 1) * (B / 4) + n / 4) * 16;
    }
}

void begin_tap(uint64_t zeros, uint plane, uint line) {
    weight_row = ((uint(ad.tap_add) + jd * uint(ad.tap_mul)) * KH + uint(ah.tap_add) + jh * uint(ah.tap_mul)) * KW +
                 uint(aw.tap_add) + jw * uint(aw.tap_mul);
    weight_row *= A;
    int64_t offset = int64_t(jd * plane + jh * line + jw) * int64_t(A / 4 * GROUP_BYTES);
    uint64_t forward = uint64_t(TRANSPOSED ? -offset : offset);
    uint bits = tap_bits(jd, jh, jw);
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint64_t there = src_origin[l] + forward;
        bool inside = (src_inside[l] & bits) == bits;
        src_at[l] = inside ? there : zeros;
    }
}

void load_slab() {
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++)
        next_src[l] = input4(src_at[l], channel / 4);
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++)
        next_weight[l] = input4_f32(weight_at[l], (weight_row + channel) * (B / 4));
}

// True when a tap ends. Choices instead of branches: the latter cost more where there is no scalar unit.
bool next_slab(uint taps_h, uint taps_w) {
    channel += DEPTH;
    bool tap_ends = channel == A;
    channel = tap_ends ? 0 : channel;
    jw += uint(tap_ends);
    bool line_ends = jw == taps_w;
    jw = line_ends ? 0 : jw;
    jh += uint(line_ends);
    bool plane_ends = jh == taps_h;
    jh = plane_ends ? 0 : jh;
    jd += uint(plane_ends);
    return tap_ends;
}

vec4 read(uint at) {
    return uintBitsToFloat(memory[at]);
}

void write(uint at, vec4 value) {
    memory[at] = floatBitsToUint(value);
}

void write_slab() {
    uint local = gl_LocalInvocationID.x;
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint i = l * THREADS + local;
        if (BM * D4 % THREADS == 0 || i < BM * D4)
            write(i / D4 * ROW + i % D4, next_src[l]);
    }
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
        uint i = l * THREADS + local;
        if (DEPTH * N4 % THREADS == 0 || i < DEPTH * N4)
            write(SRC_SIZE + i, next_weight[l]);
    }
}

// sum += a slab's channels of one team.
void multiply(uint src_at, uint weight_at, inout vec4 sum[TILE]) {
    [[unroll]] for (uint k = 0; k < K4; k++) {
        vec4 y[4 * TN4];
        [[unroll]] for (uint e = 0; e < 4; e++)
            [[unroll]] for (uint j = 0; j < TN4; j++)
                y[e * TN4 + j] = read(weight_at + (k * 4 + e) * N4 + j * NT);
        [[unroll]] for (uint i = 0; i < TM; i++) {
            vec4 x = read(src_at + i * MT * ROW + k);
            [[unroll]] for (uint e = 0; e < 4; e++)
                [[unroll]] for (uint j = 0; j < TN4; j++)
                    sum[i * TN4 + j] = fma(vec4(x[e]), y[e * TN4 + j], sum[i * TN4 + j]);
        }
    }
}

// Adds the teams' sums to those of the first: the upper half's to the lower half's, until one is left.
void gather_teams(uint team, uint thread, inout vec4 sum[TILE]) {
    [[unroll]] for (uint teams = KS / 2; teams > 0; teams /= 2) {
        barrier(); // what lay there has been read
        if (team >= teams && team < 2 * teams)
            [[unroll]] for (uint i = 0; i < TILE; i++)
                write((team - teams) * BM * N4 + i * TEAM + thread, sum[i]);
        barrier();
        if (team < teams)
            [[unroll]] for (uint i = 0; i < TILE; i++)
                sum[i] += read(team * BM * N4 + i * TEAM + thread);
    }
}

void store_sums(uint split, uint n_first, uint m_first, vec4 sum[TILE]) {
    uint split_at = split * push.n * push.dst_d * push.dst_h * push.dst_w;
    [[unroll]] for (uint j = 0; j < TN4; j++) {
        uint n = n_first + j * NT * 4;
        if (n >= B)
            break;
        vec4 bias = push.bias != 0 ? input4_f32(push.bias, n / 4) : vec4(0.0);
        [[unroll]] for (uint i = 0; i < TM; i++) {
            uint voxel = dst_voxels[m_first + i * MT];
            if (voxel == NOWHERE)
                continue;
            uint at = voxel * (B / 4) + n / 4;
            if (push.splits == 1)
                store4(push.dst, at,
                       finish(sum[i * TN4 + j] + bias, voxel / (push.dst_d * push.dst_h * push.dst_w), at, n));
            else
                store4_f32(push.dst, (split_at + voxel) * (B / 4) + n / 4, sum[i * TN4 + j]);
        }
    }
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

    place_loads(block);
    barrier(); // the places have been read

    uint team = gl_LocalInvocationID.x / TEAM, thread = gl_LocalInvocationID.x % TEAM;
    uint tn = thread % NT, tm = thread / NT;
    vec4 sum[TILE];
    [[unroll]] for (uint i = 0; i < TILE; i++)
        sum[i] = vec4(0.0);

    uint64_t zeros = push.zeros;
    uint line = push.src_w, plane = push.src_h * line, taps_h = uint(ah.taps), taps_w = uint(aw.taps);
    uint slabs = uint(ad.taps) * taps_h * taps_w * (A / DEPTH), run = (slabs + push.splits - 1) / push.splits;
    uint begin = min(split * run, slabs), end = min(begin + run, slabs), tap = begin / (A / DEPTH);
    channel = begin % (A / DEPTH) * DEPTH;
    jw = tap % taps_w;
    jh = tap / taps_w % taps_h;
    jd = tap / taps_w / taps_h;
    if (begin < end) {
        begin_tap(zeros, plane, line);
        load_slab();
        write_slab();
        barrier();
    }
    for (uint s = begin + 1; s <= end; s++) {
        if (s < end) {
            if (next_slab(taps_h, taps_w))
                begin_tap(zeros, plane, line);
            load_slab();
        }
        multiply(tm * ROW + team * K4, SRC_SIZE + team * BK * N4 + tn, sum);
        if (s < end) {
            barrier(); // the slab before has been read
            write_slab();
            barrier();
        }
    }
    if (KS > 1)
        gather_teams(team, thread, sum);
    if (team == 0)
        store_sums(split, block * BN + tn * 4, tm, sum);
}
