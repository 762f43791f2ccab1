#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_ballot : require
// Forward and transposed convolution without barrier or shared memory, for CPU devices.
// A lane computes a run of COLUMNS output columns side by side in CHANNELS output channels: taps along w read
// the same columns again, and each weight, spread over the lanes of a few 64-bit loads, is broadcast to all
// columns. Runs are numbered [n][qd][qh][part of the row]; a subgroup takes SUBGROUP of them.
// Grid: parity x block of channels x tile of runs, runs fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"
#define EPILOGUE_PAIRS
#include "shaders/conv/conv_epilogue.glsl"

layout(constant_id = 16) const uint SUBGROUP = 8;
layout(constant_id = 17) const uint COLUMNS = 4;
layout(constant_id = 18) const uint CHUNK = 2;     // input channels per step, even, divides A
layout(constant_id = 19) const uint CHANNELS = 16; // output channels, a multiple of 4
layout(constant_id = 20) const bool SWAPPED = false; // the weight is [tap][B][A]

const uint BLOCKS = (B + CHANNELS - 1) / CHANNELS;
const uint TAPS_W = TRANSPOSED ? (KW + SW - 1) / SW : KW; // of the class with the most
const uint SRC_COLUMNS = TRANSPOSED ? COLUMNS + TAPS_W - 1 : (COLUMNS - 1) * SW + KW;
const uint WEIGHT_PAIRS = TAPS_W * CHUNK * CHANNELS / 2; // of a step: [tap][k][channel], SWAPPED [tap][channel][k]
const uint WEIGHT_LOADS = (WEIGHT_PAIRS + SUBGROUP - 1) / SUBGROUP;

// m / d and, in m, the rest, for m below 2^20.
uint divide_small(inout uint m, uint d) {
    uint q = uint((float(m) + 0.5) / float(d));
    m -= q * d;
    return q;
}

// Those of an axis's taps that meet the source somewhere, from x up to y.
ivec2 taps_inside(axis a, uint src_size) {
    int low = a.q_begin * a.src_mul + a.src_add, high = low + (a.q_count - 1) * a.src_mul, last = int(src_size) - 1;
    return a.src_step > 0 ? ivec2(max(0, -high), min(a.taps, last - low + 1))
                          : ivec2(max(0, low - last), min(a.taps, high + 1));
}

void main() {
    uint group = group_index();
    uint tile = group % push.tiles_per_class;
    uint channel = group / push.tiles_per_class % BLOCKS * CHANNELS;
    uint parity = group / push.tiles_per_class / BLOCKS;
    if (parity >= CLASSES)
        return;
    uint lane = gl_SubgroupInvocationID;
    axis ad = make_axis(KD, SD, PD, parity / (SH * SW), push.dst_d);
    axis ah = make_axis(KH, SH, PH, parity / SW % SH, push.dst_h);
    axis aw = make_axis(KW, SW, PW, parity % SW, push.dst_w);
    uint per_row = (uint(aw.q_count) + COLUMNS - 1) / COLUMNS;
    uint runs = push.n * uint(ad.q_count) * uint(ah.q_count) * per_row;
    uint run = tile * SUBGROUP;
    if (run >= runs)
        return;
    bool inside = run + lane < runs;
    // The first lane's run by divisions, alike in all lanes, where they cost one; the others' from there.
    uint w = run % per_row + lane, h = run / per_row % uint(ah.q_count);
    uint rows = run / per_row / uint(ah.q_count), d = rows % uint(ad.q_count), n = rows / uint(ad.q_count);
    h += divide_small(w, per_row);
    d += divide_small(h, uint(ah.q_count));
    n = min(n + divide_small(d, uint(ad.q_count)), push.n - 1);
    int qw = int(w * COLUMNS) + aw.q_begin, qh = int(h) + ah.q_begin, qd = int(d) + ad.q_begin;

    uint weight_at[WEIGHT_LOADS]; // in floats, from a step's first tap and channel on
    [[unroll]] for (uint i = 0; i < WEIGHT_LOADS; i++) {
        uint at = min(i * SUBGROUP + lane, WEIGHT_PAIRS - 1) * 2, inner = SWAPPED ? CHUNK : CHANNELS;
        uint rest = at % (CHUNK * CHANNELS), j = min(at / (CHUNK * CHANNELS), uint(aw.taps) - 1);
        uint tap = uint(aw.tap_add) + j * uint(aw.tap_mul);
        weight_at[i] = SWAPPED ? (tap * B + min(channel + rest / inner, B - 1)) * A + rest % inner
                               : (tap * A + rest / inner) * B + min(channel + rest % inner, B - 2);
    }
    float sum[CHANNELS * COLUMNS];
    [[unroll]] for (uint m = 0; m < CHANNELS; m++) {
        float bias = push.bias != 0 ? load1_f32(push.bias, min(channel + m, B - 1)) : 0.0;
        [[unroll]] for (uint v = 0; v < COLUMNS; v++)
            sum[m * COLUMNS + v] = bias;
    }
    // Transposed, taps walk to the left: there the columns begin TAPS_W - 1 to the left of tap 0's.
    int first = qw * aw.src_mul + aw.src_add - (TRANSPOSED ? int(TAPS_W) - 1 : 0);
    ivec2 td = taps_inside(ad, push.src_d), th = taps_inside(ah, push.src_h);
    [[dont_unroll]] for (int jd = td.x; jd < td.y; jd++)
        [[dont_unroll]] for (int jh = th.x; jh < th.y; jh++) {
            uint src_d = uint(qd * ad.src_mul + ad.src_add + jd * ad.src_step);
            uint src_h = uint(qh * ah.src_mul + ah.src_add + jh * ah.src_step);
            bool valid = src_d < push.src_d && src_h < push.src_h;
            uint line = ((n * push.src_d + src_d) * push.src_h + src_h) * push.src_w;
            uint64_t at[SRC_COLUMNS];
            [[unroll]] for (uint i = 0; i < SRC_COLUMNS; i++) {
                uint column = uint(first + int(i));
                at[i] = push.zeros;
                if (valid && column < push.src_w)
                    at[i] = push.src + uint64_t((line + column) * A) * ACTIVATION_BYTES;
            }
            uint tap = (uint(ad.tap_add + jd * ad.tap_mul) * KH + uint(ah.tap_add + jh * ah.tap_mul)) * KW;
            [[dont_unroll]] for (uint c = 0; c < A; c += CHUNK) {
                float x[SRC_COLUMNS * CHUNK];
                [[unroll]] for (uint i = 0; i < SRC_COLUMNS; i++)
                    [[unroll]] for (uint k = 0; k < CHUNK; k += 2) {
                        uvec2 bits = split64(load_pair(at[i] + uint64_t((c + k) * ACTIVATION_BYTES)));
                        x[i * CHUNK + k] = uintBitsToFloat(bits.x);
                        x[i * CHUNK + k + 1] = uintBitsToFloat(bits.y);
                    }
                float wl[WEIGHT_LOADS], wh[WEIGHT_LOADS];
                [[unroll]] for (uint i = 0; i < WEIGHT_LOADS; i++) {
                    uint64_t weight = push.weight + uint64_t(tap * A * B + (SWAPPED ? c : c * B) + weight_at[i]) * 4;
                    uvec2 bits = split64(Uints64(weight).at[0]);
                    wl[i] = uintBitsToFloat(bits.x);
                    wh[i] = uintBitsToFloat(bits.y);
                }
                [[unroll]] for (uint m = 0; m < CHANNELS; m++)
                    [[unroll]] for (uint j = 0; j < TAPS_W; j++)
                        if (!TRANSPOSED || KW % SW == 0 || int(j) < aw.taps)
                            [[unroll]] for (uint k = 0; k < CHUNK; k++) {
                                uint at = SWAPPED ? (j * CHANNELS + m) * CHUNK + k : (j * CHUNK + k) * CHANNELS + m;
                                uint load = at / 2 / SUBGROUP;
                                float weight = subgroupBroadcast((at & 1) == 0 ? wl[load] : wh[load], at / 2 % SUBGROUP);
                                [[unroll]] for (uint v = 0; v < COLUMNS; v++) {
                                    uint column = TRANSPOSED ? v + TAPS_W - 1 - j : v * SW + j;
                                    sum[m * COLUMNS + v] += weight * x[column * CHUNK + k];
                                }
                            }
            }
        }

    uint dst_d = uint(qd * ad.dst_mul + ad.dst_add), dst_h = uint(qh * ah.dst_mul + ah.dst_add);
    uint line = ((n * push.dst_d + dst_d) * push.dst_h + dst_h) * push.dst_w;
    [[unroll]] for (uint v = 0; v < COLUMNS; v++)
        if (inside && qw + int(v) < aw.q_begin + aw.q_count) {
            uint voxel = line + uint((qw + int(v)) * aw.dst_mul + aw.dst_add);
            [[unroll]] for (uint m = 0; m < CHANNELS; m += 2)
                if (B % CHANNELS == 0 || channel + m < B)
                    store_pair(push.dst + uint64_t(voxel * B + channel + m) * ACTIVATION_BYTES,
                               finish(vec2(sum[m * COLUMNS + v], sum[(m + 1) * COLUMNS + v]), n,
                                      (voxel * B + channel + m) / 2, channel + m));
        }
}
