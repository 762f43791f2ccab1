#version 460
#extension GL_GOOGLE_include_directive : require
// The weight gradient as a GEMM, for GPUs: M = taps x channels of the big side (channels innermost),
// N = channels of the small side, K = small voxels of one part. A workgroup computes BM x BN,
// an invocation TM x TN. K comes in slabs: BK voxels side by side in one row (clip, d, h) of the small
// grid.
// While a slab is multiplied, the next one is on its way from memory into registers.
// An invocation loads one column of the big side, that is one tap and four channels: what follows of these
// is settled before the loop, and what follows of a row is the same for all. Outside, zeros are loaded.
// Order of one weight's sum: a part's voxels in order; then the parts (conv_reduce.comp, rows_sum.comp).
// BM, BN, TM, TN multiples of 4; TN divides BN, TM BM; local size x = BM / TM * BN / TN, a multiple of BM
// / 4.
// With BUFFERS = 2 a slab is written while another is read.
// Grid: part x block of b x block of m, blocks of m fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_geometry.glsl"
#include "shaders/conv/conv_weight_push.h"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BM = 64;
layout(constant_id = 17) const uint BN = 64;
layout(constant_id = 18) const uint BK = 16; // voxels per slab
layout(constant_id = 19) const uint TM = 4;
layout(constant_id = 20) const uint TN = 4;
layout(constant_id = 21) const uint BUFFERS = 1;
layout(constant_id = 22) const bool RAGGED = false; // BK does not divide the rows of the small grid

const uint M = KD * KH * KW * A;
const uint M_BLOCKS = (M + BM - 1) / BM, N_BLOCKS = (B + BN - 1) / BN;
const uint M4 = BM / 4, N4 = BN / 4, TM4 = TM / 4, TN4 = TN / 4, TILE = TM * TN4;
const uint MT = BM / TM, NT = BN / TN; // invocations over m, over b
const uint BIG_LOADS = (BK * M4 + THREADS - 1) / THREADS, SMALL_LOADS = (BK * N4 + THREADS - 1) / THREADS;
const uint LOAD_STEP = THREADS / M4; // voxels from one load of a column to the next
const uint BIG_SIZE = BK * M4, SLAB = BIG_SIZE + BK * N4;
const uint GROUP_BYTES = ACTIVATION_BYTES * 4;

shared vec4 slabs[BUFFERS * SLAB]; // big [voxel][m], small [voxel][b]

// Where a column stands: its place for the small voxel (0, 0, 0) of clip 0, the rows that it starts from, and
// the voxels of a row, begin to begin + count, for which it is inside.
struct column {
    uint64_t at;
    int d, h;
    uint begin, count;
};

column make_column(uint m) {
    uint tap = m / A;
    column c;
    c.d = int(tap / (KW * KH)) - int(PD);
    c.h = int(tap / KW % KH) - int(PH);
    int w = int(tap % KW) - int(PW);
    int begin = w < 0 ? int(SW - 1 - uint(w)) / int(SW) : 0; // -w / SW, rounded up
    int end = min(int(push.small_w), (int(push.big_w) - w + int(SW) - 1) / int(SW));
    c.begin = uint(begin);
    c.count = m < M ? uint(max(end - begin, 0)) : 0;
    int voxel = (c.d * int(push.big_h) + c.h) * int(push.big_w) + w;
    c.at = push.big + (int64_t(voxel) * int64_t(A / 4) + int64_t(m % A / 4)) * GROUP_BYTES;
    return c;
}

column col;
uint first_voxel; // of the column's loads, counted from where it is inside
uint64_t small_at[SMALL_LOADS];
uint small_first[SMALL_LOADS];
vec4 next_big[BIG_LOADS], next_small[SMALL_LOADS];

// The slab that is loaded next: its row and its first voxel there; where the row begins, for this column
// and in small, and for how many voxels the column is inside.
uint clip, d, h, w, inside;
uint64_t big_row, small_row;

void place_loads(uint m_block, uint n_block) {
    uint local = gl_LocalInvocationID.x;
    col = make_column(m_block * BM + local % M4 * 4);
    first_voxel = local / M4 - col.begin;
    col.at += (local / M4) * (SW * (A / 4) * GROUP_BYTES);
    [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++) {
        uint i = l * THREADS + local, b = min(n_block * BN + i % N4 * 4, B - 4); // behind B: sums of no use
        small_first[l] = min(i / N4, BK - 1);
        small_at[l] = push.small + uint64_t(small_first[l] * (B / 4) + b / 4) * GROUP_BYTES;
    }
}

void begin_row() {
    uint voxel = ((clip * push.big_d + d * SD) * push.big_h + h * SH) * push.big_w;
    big_row = col.at + uint64_t(voxel) * (A / 4 * GROUP_BYTES);
    small_row = uint64_t(((clip * push.small_d + d) * push.small_h + h) * push.small_w) * (B / 4 * GROUP_BYTES);
    uvec2 at = uvec2(ivec2(d * SD, h * SH) + ivec2(col.d, col.h));
    inside = all(lessThan(at, uvec2(push.big_d, push.big_h))) ? col.count : 0;
}

void load_slab(uint64_t zeros, uint width) {
    [[unroll]] for (uint l = 0; l < BIG_LOADS; l++) {
        uint64_t there = big_row + uint64_t((w + l * LOAD_STEP) * SW) * (A / 4 * GROUP_BYTES);
        bool valid = first_voxel + w + l * LOAD_STEP < inside;
        uint64_t at = valid ? there : zeros;
        next_big[l] = input4(at, 0);
    }
    [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++) {
        uint64_t there = small_at[l] + (small_row + uint64_t(w) * (B / 4 * GROUP_BYTES));
        bool valid = !RAGGED || w + small_first[l] < width;
        uint64_t at = valid ? there : zeros;
        next_small[l] = input4(at, 0);
    }
}

// True when a row ends. Choices instead of branches: the latter cost more where there is no scalar unit.
bool next_slab(uint depth, uint height, uint width) {
    w += BK;
    bool row_ends = w >= width;
    w = row_ends ? 0 : w;
    h += uint(row_ends);
    bool plane_ends = h == height;
    h = plane_ends ? 0 : h;
    d += uint(plane_ends);
    bool clip_ends = d == depth;
    d = clip_ends ? 0 : d;
    clip += uint(clip_ends);
    return row_ends;
}

void write_slab(uint at) {
    uint local = gl_LocalInvocationID.x;
    [[unroll]] for (uint l = 0; l < BIG_LOADS; l++)
        if (BIG_SIZE % THREADS == 0 || l * THREADS + local < BIG_SIZE)
            slabs[at + l * THREADS + local] = next_big[l];
    [[unroll]] for (uint l = 0; l < SMALL_LOADS; l++)
        if (BK * N4 % THREADS == 0 || l * THREADS + local < BK * N4)
            slabs[at + BIG_SIZE + l * THREADS + local] = next_small[l];
}

// sum += a slab.
void multiply(uint big_at, uint small_at, inout vec4 sum[TILE]) {
    [[unroll]] for (uint k = 0; k < BK; k++) {
        vec4 y[TN4];
        [[unroll]] for (uint j = 0; j < TN4; j++)
            y[j] = slabs[small_at + k * N4 + j * NT];
        [[unroll]] for (uint i = 0; i < TM4; i++) {
            vec4 x = slabs[big_at + k * M4 + i * MT];
            [[unroll]] for (uint e = 0; e < 4; e++)
                [[unroll]] for (uint j = 0; j < TN4; j++)
                    sum[(i * 4 + e) * TN4 + j] = fma(vec4(x[e]), y[j], sum[(i * 4 + e) * TN4 + j]);
        }
    }
}

void main() {
    uint group = group_index();
    uint m_block = group % M_BLOCKS, n_block = group / M_BLOCKS % N_BLOCKS, part = group / M_BLOCKS / N_BLOCKS;
    if (part >= push.parts)
        return;
    uint tn = gl_LocalInvocationID.x % NT, tm = gl_LocalInvocationID.x / NT;
    place_loads(m_block, n_block);
    vec4 sum[TILE];
    [[unroll]] for (uint i = 0; i < TILE; i++)
        sum[i] = vec4(0.0);

    uint64_t zeros = push.zeros;
    uint width = push.small_w, height = push.small_h, depth = push.small_d, per_row = (width + BK - 1) / BK;
    uint all = push.n * depth * height * per_row, run = (all + push.parts - 1) / push.parts;
    uint begin = min(part * run, all), end = min(begin + run, all), row = begin / per_row;
    w = begin % per_row * BK;
    h = row % height;
    d = row / height % depth;
    clip = row / height / depth;
    if (begin < end) {
        begin_row();
        load_slab(zeros, width);
        write_slab(0);
        barrier();
    }
    uint at = 0;
    for (uint s = begin + 1; s <= end; s++) {
        if (s < end) {
            if (next_slab(depth, height, width))
                begin_row();
            load_slab(zeros, width);
        }
        multiply(at + tm, at + BIG_SIZE + tn, sum);
        if (s < end) {
            if (BUFFERS == 1)
                barrier(); // the slab before has been read
            else
                at = SLAB - at;
            write_slab(at);
            barrier();
        }
    }
    [[unroll]] for (uint j = 0; j < TN4; j++) {
        uint b = n_block * BN + (j * NT + tn) * 4;
        [[unroll]] for (uint i = 0; i < TM; i++) {
            uint m = m_block * BM + (i / 4 * MT + tm) * 4 + i % 4;
            if (m < M && b < B)
                store4_f32(push.partials, ((part * M + m) * B + b) / 4, sum[i * TN4 + j]);
        }
    }
}
