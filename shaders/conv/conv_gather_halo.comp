#version 460
#extension GL_GOOGLE_include_directive : require
// Forward and transposed convolution of stride 1 in src, for wide layers on GPUs: a workgroup computes a
// block of BD x BH x BW positions of one parity class x BN channels. It holds the block with its border in
// shared memory, four input channels at a time, and takes all taps from it: a value is loaded once for all
// of them.
// An invocation computes eight positions side by side along w x TN channels: the taps along w share its
// row.
// Order of one output's sum: the bias; then four channels after the other, in these the taps along d, then
// along h, then the four channels, then the taps along w. A transposed convolution takes its taps
// backwards.
// Stride 1, or transposed with strides that divide the kernel. BW a multiple of 8, TN divides BN;
// local size x = BD * BH * BW / 8 * BN / TN.
// Grid: class x block of channels x block of positions, w fastest, then h, d, clip.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"
#include "shaders/conv/conv_epilogue.glsl"

layout(constant_id = 0) const uint THREADS = 256;
layout(constant_id = 16) const uint BD = 4;
layout(constant_id = 17) const uint BH = 8;
layout(constant_id = 18) const uint BW = 8;
layout(constant_id = 19) const uint BN = 32;
layout(constant_id = 20) const uint TN = 4;
layout(constant_id = 21) const bool AHEAD = true; // loads a round ahead, which takes four registers a load
layout(constant_id = 22) const bool UNROLLED = true; // the four channels; takes registers

const uint TAPS_D = TRANSPOSED ? KD / SD : KD, TAPS_H = TRANSPOSED ? KH / SH : KH;
const uint TAPS_W = TRANSPOSED ? KW / SW : KW;
const uint BLOCKS = (B + BN - 1) / BN;
const uint N4 = BN / 4, TN4 = TN / 4, NT = BN / TN, TILE = 8 * TN4;
const uint HALO_D = BD + TAPS_D - 1, HALO_H = BH + TAPS_H - 1, HALO_W = BW + TAPS_W - 1;
const uint ROW4 = (HALO_W + 3) / 4, PLANE4 = HALO_H * ROW4, CHANNEL4 = HALO_D * PLANE4;
const uint READ4 = TAPS_W > 1 ? 3 : 2; // of a row that an invocation reads
const uint HALO = HALO_D * HALO_H * HALO_W, SRC_LOADS = (HALO + THREADS - 1) / THREADS;
const uint WEIGHTS = TAPS_H * TAPS_W * 4 * N4, WEIGHT_LOADS = (WEIGHTS + THREADS - 1) / THREADS;
const uint GROUP_BYTES = ACTIVATION_BYTES * 4;
const uint OUTSIDE = 0xffffffffu;

shared vec4 src_block[4 * CHANNEL4]; // [channel][d][h][w]
shared vec4 weight_plane[WEIGHTS];   // [tap h][tap w][channel of src][channel]

axis ad, ah, aw;

// What this invocation loads, in groups of four channels, and what it has loaded for the next round.
uint src_at[SRC_LOADS], weight_at[WEIGHT_LOADS];
vec4 next_src[SRC_LOADS], next_weight[WEIGHT_LOADS];

// Offset `at` in the block is tap j of an axis.
uint tap_of(axis a, uint at) {
    uint j = TRANSPOSED ? uint(a.taps) - 1 - at : at;
    return uint(a.tap_add) + j * uint(a.tap_mul);
}

// Where a block that begins at position q begins in src.
int block_begin(axis a, int q) {
    return q + a.src_add - (TRANSPOSED ? a.taps - 1 : 0);
}

void place_loads(uint clip, ivec3 q, uint block) {
    uint local = gl_LocalInvocationID.x;
    ivec3 begin = ivec3(block_begin(ad, q.x), block_begin(ah, q.y), block_begin(aw, q.z));
    uvec3 size = uvec3(push.src_d, push.src_h, push.src_w);
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint i = l * THREADS + local;
        uvec3 at = uvec3(begin + ivec3(i / (HALO_W * HALO_H), i / HALO_W % HALO_H, i % HALO_W));
        uint voxel = ((clip * size.x + at.x) * size.y + at.y) * size.z + at.z;
        src_at[l] = all(lessThan(at, size)) ? voxel * (A / 4) : OUTSIDE;
    }
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
        uint i = min(l * THREADS + local, WEIGHTS - 1), t = i / (N4 * 4);
        uint row = (tap_of(ah, t / TAPS_W) * KW + tap_of(aw, t % TAPS_W)) * A + i / N4 % 4;
        uint n = min(block * BN + i % N4 * 4, B - 4); // behind B: sums of no use
        weight_at[l] = row * (B / 4) + n / 4;
    }
}

void load_src(uint channel4) {
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint64_t there = push.src + uint64_t(src_at[l]) * GROUP_BYTES, zeros = push.zeros;
        bool inside = src_at[l] != OUTSIDE;
        uint64_t at = inside ? there : zeros;
        next_src[l] = input4(at, channel4);
    }
}

void load_weight(uint channel4, uint jd) {
    uint row = tap_of(ad, jd) * (KH * KW * A) + channel4 * 4;
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++)
        next_weight[l] = input4_f32(push.weight, weight_at[l] + row * (B / 4));
}

void write_src() {
    [[unroll]] for (uint l = 0; l < SRC_LOADS; l++) {
        uint i = l * THREADS + gl_LocalInvocationID.x, w = i % HALO_W, at = i / HALO_W * ROW4 + w / 4;
        if (HALO % THREADS == 0 || i < HALO)
            [[unroll]] for (uint k = 0; k < 4; k++)
                src_block[k * CHANNEL4 + at][w % 4] = next_src[l][k];
    }
}

void write_weight() {
    [[unroll]] for (uint l = 0; l < WEIGHT_LOADS; l++) {
        uint i = l * THREADS + gl_LocalInvocationID.x;
        if (WEIGHTS % THREADS == 0 || i < WEIGHTS)
            weight_plane[i] = next_weight[l];
    }
}

// sum += the taps of one line of one channel.
void multiply_line(uint src_line, uint weight_line, inout vec4 sum[TILE]) {
    vec4 x[READ4];
    [[unroll]] for (uint i = 0; i < READ4; i++)
        x[i] = src_block[src_line + i];
    [[unroll]] for (uint jw = 0; jw < TAPS_W; jw++)
        [[unroll]] for (uint j = 0; j < TN4; j++) {
            vec4 y = weight_plane[weight_line + jw * 4 * N4 + j * NT];
            [[unroll]] for (uint i = 0; i < 8; i++)
                sum[i * TN4 + j] = fma(vec4(x[(i + jw) / 4][(i + jw) % 4]), y, sum[i * TN4 + j]);
        }
}

// sum += the taps of one plane.
void multiply(uint src_row, uint tn, inout vec4 sum[TILE]) {
    [[dont_unroll]] for (uint jh = 0; jh < TAPS_H; jh++) {
        uint src_line = src_row + jh * ROW4, weight_line = jh * TAPS_W * 4 * N4 + tn;
        if (UNROLLED)
            [[unroll]] for (uint k = 0; k < 4; k++)
                multiply_line(src_line + k * CHANNEL4, weight_line + k * N4, sum);
        else
            [[dont_unroll]] for (uint k = 0; k < 4; k++)
                multiply_line(src_line + k * CHANNEL4, weight_line + k * N4, sum);
    }
}

// Where this invocation's sums go, and how many of the eight lie inside the class. Known before the loop:
// what they follow from would take more registers meanwhile.
uint dst_at; // in groups of four channels
int dst_left;

void place_sums(uint clip, ivec3 q, uint n) {
    uint d = uint(q.x * ad.dst_mul + ad.dst_add), h = uint(q.y * ah.dst_mul + ah.dst_add);
    uint voxel = ((clip * push.dst_d + d) * push.dst_h + h) * push.dst_w + uint(q.z * aw.dst_mul + aw.dst_add);
    dst_at = voxel * (B / 4) + n / 4;
    bool inside = q.x < ad.q_begin + ad.q_count && q.y < ah.q_begin + ah.q_count;
    dst_left = inside ? aw.q_begin + aw.q_count - q.z : 0;
}

void store_sums(uint clip, uint n_first, vec4 sum[TILE]) {
    const uint COLUMN = (TRANSPOSED ? SW : 1) * (B / 4); // from a sum to the one to its right
    uint64_t at = push.dst + uint64_t(dst_at) * GROUP_BYTES;
    [[unroll]] for (int i = 0; i < 8; i++) {
        [[unroll]] for (uint j = 0; j < TN4; j++)
            if (i < dst_left && (B % BN == 0 || n_first + j * NT * 4 < B))
                store4(at, j * NT,
                       finish(sum[uint(i) * TN4 + j], clip, dst_at + uint(i) * COLUMN + j * NT, n_first + j * NT * 4));
        at += COLUMN * GROUP_BYTES;
    }
}

// Blocks that cover the positions of the fullest class.
uint block_count(uint dst_size, uint stride, uint block) {
    uint positions = TRANSPOSED ? (dst_size + stride - 1) / stride : dst_size;
    return (positions + block - 1) / block;
}

void main() {
    uint group = group_index();
    uint tile = group % push.tiles_per_class, block = group / push.tiles_per_class % BLOCKS;
    uint parity = group / push.tiles_per_class / BLOCKS;
    if (parity >= CLASSES)
        return;
    ad = make_axis(KD, SD, PD, parity / (SH * SW), push.dst_d);
    ah = make_axis(KH, SH, PH, parity / SW % SH, push.dst_h);
    aw = make_axis(KW, SW, PW, parity % SW, push.dst_w);
    uint count_w = block_count(push.dst_w, SW, BW), count_h = block_count(push.dst_h, SH, BH);
    uint count_d = block_count(push.dst_d, SD, BD), clip = tile / count_w / count_h / count_d;
    uint block_d = tile / count_w / count_h % count_d, block_h = tile / count_w % count_h, block_w = tile % count_w;
    uvec3 first = uvec3(block_d * BD, block_h * BH, block_w * BW);
    ivec3 begin = ivec3(ad.q_begin, ah.q_begin, aw.q_begin) + ivec3(first);
    place_loads(clip, begin, block);

    uint tn = gl_LocalInvocationID.x % NT, row = gl_LocalInvocationID.x / NT;
    // Its positions in the block.
    uvec3 mine = uvec3(row / (BW / 8) / BH, row / (BW / 8) % BH, row % (BW / 8) * 8);
    uint src_row = mine.x * PLANE4 + mine.y * ROW4 + mine.z / 4;
    place_sums(clip, begin + ivec3(mine), block * BN + tn * 4);
    vec4 sum[TILE];
    [[unroll]] for (uint j = 0; j < TN4; j++) {
        uint n = min(block * BN + (j * NT + tn) * 4, B - 4);
        vec4 bias = vec4(0.0);
        if (push.bias != 0)
            bias = input4_f32(push.bias, n / 4);
        [[unroll]] for (uint i = 0; i < 8; i++)
            sum[i * TN4 + j] = bias;
    }
    // A round takes the taps jd of four channels. Src is loaded with the first of them.
    uint jd = 0, channel4 = 0;
    if (AHEAD) {
        load_src(0);
        load_weight(0, 0);
    }
    while (channel4 < A / 4) {
        if (!AHEAD && jd == 0)
            load_src(channel4);
        barrier(); // the round before has been read
        if (jd == 0)
            write_src();
        if (!AHEAD)
            load_weight(channel4, jd);
        write_weight();
        barrier();
        uint plane = src_row + jd * PLANE4;
        jd++;
        if (jd == TAPS_D) {
            jd = 0;
            channel4++;
        }
        if (AHEAD && channel4 < A / 4) {
            if (jd == 0)
                load_src(channel4);
            load_weight(channel4, jd);
        }
        multiply(plane, tn, sum);
    }
    store_sums(clip, block * BN + tn * 4, sum);
}
