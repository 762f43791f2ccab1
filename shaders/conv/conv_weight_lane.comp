#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_ballot : require
// The weight gradient without barrier or shared memory, for CPU devices.
// One subgroup sums A_BLOCK x 2 SUBGROUP outer products for each of the KW taps along w of one (kd, kh), over
// one part of the rows. Lane l owns channels 2l and 2l + 1 of `small`; those of `big` are spread over the
// lanes of a few 64-bit loads and then broadcast, each to all the taps that meet it.
// Grid: part x (kd, kh) x block of b x block of a, blocks of a fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_geometry.glsl"
#include "shaders/conv/conv_weight_push.h"

layout(constant_id = 16) const uint SUBGROUP = 8;
layout(constant_id = 17) const uint A_BLOCK = 16; // even, divides A
layout(constant_id = 18) const uint COLUMNS = 4;  // of the small grid, per step

const uint A_BLOCKS = A / A_BLOCK;
const uint B_BLOCK = 2 * SUBGROUP;
const uint B_BLOCKS = (B + B_BLOCK - 1) / B_BLOCK;
const uint BIG_COLUMNS = (COLUMNS - 1) * SW + KW;
const uint BIG_PAIRS = BIG_COLUMNS * A_BLOCK / 2;
const uint BIG_LOADS = (BIG_PAIRS + SUBGROUP - 1) / SUBGROUP;

// The small positions of an axis whose tap `k` lies inside the big side.
struct range {
    uint begin, count;
};

range inside_of(uint k, uint stride, uint padding, uint big, uint small) {
    uint begin = k >= padding ? 0 : (padding - k + stride - 1) / stride;
    uint end = big + padding > k ? min((big - 1 + padding - k) / stride + 1, small) : 0;
    return range(begin, max(end, begin) - begin);
}

void main() {
    uint group = group_index();
    uint a_begin = group % A_BLOCKS * A_BLOCK, b_begin = group / A_BLOCKS % B_BLOCKS * B_BLOCK;
    uint tap = group / A_BLOCKS / B_BLOCKS % (KD * KH), part = group / A_BLOCKS / B_BLOCKS / (KD * KH);
    if (part >= push.parts)
        return;
    uint kd = tap / KH, kh = tap % KH, lane = gl_SubgroupInvocationID;
    uint b = b_begin + 2 * lane, b_read = min(b, B - 2);
    // Of each load of the big side a lane knows its column and its channels.
    int big_column[BIG_LOADS];
    uint big_channel[BIG_LOADS];
    [[unroll]] for (uint i = 0; i < BIG_LOADS; i++) {
        uint pair = min(i * SUBGROUP + lane, BIG_PAIRS - 1);
        big_column[i] = int(pair / (A_BLOCK / 2)) - int(PW);
        big_channel[i] = a_begin + pair % (A_BLOCK / 2) * 2;
    }
    float low[A_BLOCK * KW], high[A_BLOCK * KW];
    [[unroll]] for (uint i = 0; i < A_BLOCK * KW; i++) {
        low[i] = 0.0;
        high[i] = 0.0;
    }
    // The rows of the small side whose big row lies inside, [n][d][h]: this part's first one by divisions,
    // the others by counting, since a division costs a CPU device one per lane. All steps are one loop, since
    // rows may be short.
    range ds = inside_of(kd, SD, PD, push.big_d, push.small_d), hs = inside_of(kh, SH, PH, push.big_h, push.small_h);
    uint rows = push.n * ds.count * hs.count, per_part = (rows + push.parts - 1) / push.parts;
    uint row = min(part * per_part, rows), row_end = min(row + per_part, rows);
    uint h = row % max(hs.count, 1), d = row / max(hs.count, 1) % max(ds.count, 1);
    uint n = row / max(hs.count * ds.count, 1), w = 0;
    uint steps = (row_end - row) * ((push.small_w + COLUMNS - 1) / COLUMNS);
    [[dont_unroll]] for (uint step = 0; step < steps; step++) {
        uint small_d = ds.begin + d, small_h = hs.begin + h;
        uint small_row = ((n * push.small_d + small_d) * push.small_h + small_h) * push.small_w;
        uint big_d = small_d * SD + kd - PD, big_h = small_h * SH + kh - PH;
        uint big_row = ((n * push.big_d + big_d) * push.big_h + big_h) * push.big_w;
        float al[BIG_LOADS], ah[BIG_LOADS], bl[COLUMNS], bh[COLUMNS];
        [[unroll]] for (uint i = 0; i < BIG_LOADS; i++) {
            uint column = uint(big_column[i] + int(w * SW));
            uint at = (big_row + column) * A + big_channel[i];
            bool inside = column < push.big_w;
            uvec2 bits = split64(load_pair(inside ? push.big + uint64_t(at) * ACTIVATION_BYTES : push.zeros));
            al[i] = uintBitsToFloat(bits.x);
            ah[i] = uintBitsToFloat(bits.y);
        }
        [[unroll]] for (uint v = 0; v < COLUMNS; v++) {
            uint at = (small_row + w + v) * B + b_read;
            bool inside = w + v < push.small_w;
            uvec2 bits = split64(load_pair(inside ? push.small + uint64_t(at) * ACTIVATION_BYTES : push.zeros));
            bl[v] = uintBitsToFloat(bits.x);
            bh[v] = uintBitsToFloat(bits.y);
        }
        [[unroll]] for (uint k = 0; k < A_BLOCK; k++)
            [[unroll]] for (uint c = 0; c < BIG_COLUMNS; c++) {
                uint pair = (c * A_BLOCK + k) / 2;
                float a = subgroupBroadcast((k & 1) == 0 ? al[pair / SUBGROUP] : ah[pair / SUBGROUP], pair % SUBGROUP);
                [[unroll]] for (uint j = 0; j < KW; j++)
                    if (c >= j && (c - j) % SW == 0 && (c - j) / SW < COLUMNS) {
                        low[k * KW + j] += a * bl[(c - j) / SW];
                        high[k * KW + j] += a * bh[(c - j) / SW];
                    }
            }
        w += COLUMNS;
        bool next_h = w >= push.small_w, next_d = next_h && h + 1 == hs.count, next_n = next_d && d + 1 == ds.count;
        w = next_h ? 0 : w;
        h = next_d ? 0 : next_h ? h + 1 : h;
        d = next_n ? 0 : next_d ? d + 1 : d;
        n = next_n ? n + 1 : n;
    }
    if (b >= B)
        return;
    [[unroll]] for (uint j = 0; j < KW; j++)
        [[unroll]] for (uint k = 0; k < A_BLOCK; k++) {
            uint at = (((part * KD * KH + tap) * KW + j) * A + a_begin + k) * B + b;
            Uints64(push.partials + uint64_t(at) * 4).at[0] =
                join64(floatBitsToUint(vec2(low[k * KW + j], high[k * KW + j])));
        }
}
