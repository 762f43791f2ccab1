#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_ballot : require
// Forward and transposed convolution of few voxels without barrier or shared memory, for CPU devices:
// linear layers, and grids of one column.
// One subgroup computes VOXELS output voxels x 2 SUBGROUP output channels. Lane l owns channels 2l
// and 2l + 1 (one 64-bit load of a weight row) and, of the input, channels 2l and 2l + 1 of a chunk:
// a voxel's chunk is one 64-bit load, each value of which is then broadcast. Everything about voxels
// is uniform, so the border costs a select per voxel and tap, and any voxel may stand in any row.
// Grid: parity x block of channels x tile of voxels, voxels fastest.
#include "shaders/common/tensor.glsl"
#include "shaders/conv/conv_gather.glsl"
#include "shaders/conv/conv_gather_push.h"
#define EPILOGUE_PAIRS
#include "shaders/conv/conv_epilogue.glsl"

layout(constant_id = 16) const uint SUBGROUP = 8;
layout(constant_id = 17) const uint VOXELS = 16;
layout(constant_id = 18) const uint CHUNK = 16; // input channels per step, divides A, at most 2 SUBGROUP
layout(constant_id = 19) const uint PAIRS = 1;  // pairs of output channels per lane

const uint PAIR_CHANNELS = 2 * SUBGROUP;
const uint LANE_CHANNELS = PAIRS * PAIR_CHANNELS;
const uint BLOCKS = (B + LANE_CHANNELS - 1) / LANE_CHANNELS;
const uint PER_VOXEL = CHUNK / 2;                 // lanes that share a voxel in a load of the input
const uint PER_LOAD = SUBGROUP / PER_VOXEL;       // voxels of one load
const uint LOADS = (VOXELS + PER_LOAD - 1) / PER_LOAD;

void main() {
    uint group = group_index();
    uint tile = group % push.tiles_per_class;
    uint block = group / push.tiles_per_class % BLOCKS;
    uint parity = group / push.tiles_per_class / BLOCKS;
    if (parity >= CLASSES)
        return;
    uint lane = gl_SubgroupInvocationID;
    axis ad = make_axis(KD, SD, PD, parity / (SH * SW), push.dst_d);
    axis ah = make_axis(KH, SH, PH, parity / SW % SH, push.dst_h);
    axis aw = make_axis(KW, SW, PW, parity % SW, push.dst_w);
    uint total = push.n * uint(ad.q_count) * uint(ah.q_count) * uint(aw.q_count);
    if (tile * VOXELS >= total)
        return;

    // Of each load a lane knows its own voxel.
    int clip[LOADS], qd[LOADS], qh[LOADS], qw[LOADS];
    bool inside[LOADS];
    [[unroll]] for (uint i = 0; i < LOADS; i++) {
        uint m = tile * VOXELS + i * PER_LOAD + lane / PER_VOXEL;
        inside[i] = m < total;
        m = min(m, total - 1);
        qw[i] = int(m % uint(aw.q_count)) + aw.q_begin;
        m /= uint(aw.q_count);
        qh[i] = int(m % uint(ah.q_count)) + ah.q_begin;
        m /= uint(ah.q_count);
        qd[i] = int(m % uint(ad.q_count)) + ad.q_begin;
        clip[i] = int(m / uint(ad.q_count));
    }

    uint channel = block * LANE_CHANNELS + 2 * lane;
    uint64_t weight_lane[PAIRS];
    [[unroll]] for (uint p = 0; p < PAIRS; p++)
        weight_lane[p] = push.weight + uint64_t(min(channel + p * PAIR_CHANNELS, B - 2) * 4);
    uint64_t src_lane = push.src + uint64_t(lane % PER_VOXEL * 2 * ACTIVATION_BYTES);
    uint64_t zero_lane = push.zeros + uint64_t(lane % PER_VOXEL * 2 * ACTIVATION_BYTES);

    float low[VOXELS * PAIRS], high[VOXELS * PAIRS];
    [[unroll]] for (uint p = 0; p < PAIRS; p++) {
        vec2 bias = vec2(0.0);
        if (push.bias != 0) {
            uint c = min(channel + p * PAIR_CHANNELS, B - 2);
            bias = vec2(load1_f32(push.bias, c), load1_f32(push.bias, c + 1));
        }
        [[unroll]] for (uint v = 0; v < VOXELS; v++) {
            low[v * PAIRS + p] = bias.x;
            high[v * PAIRS + p] = bias.y;
        }
    }

    [[dont_unroll]] for (int jd = 0; jd < ad.taps; jd++)
        [[dont_unroll]] for (int jh = 0; jh < ah.taps; jh++)
            [[dont_unroll]] for (int jw = 0; jw < aw.taps; jw++) {
                uint tap = (uint(ad.tap_add + jd * ad.tap_mul) * KH + uint(ah.tap_add + jh * ah.tap_mul)) * KW +
                           uint(aw.tap_add + jw * aw.tap_mul);
                uint64_t weight_tap = uint64_t(tap * A * B) * 4;
                uint64_t at[LOADS];
                [[unroll]] for (uint i = 0; i < LOADS; i++) {
                    int d = qd[i] * ad.src_mul + ad.src_add + jd * ad.src_step;
                    int h = qh[i] * ah.src_mul + ah.src_add + jh * ah.src_step;
                    int w = qw[i] * aw.src_mul + aw.src_add + jw * aw.src_step;
                    bool valid = uint(d) < push.src_d && uint(h) < push.src_h && uint(w) < push.src_w;
                    uint voxel = uint(((clip[i] * int(push.src_d) + d) * int(push.src_h) + h) * int(push.src_w) + w);
                    at[i] = valid ? src_lane + uint64_t(voxel * A) * ACTIVATION_BYTES : zero_lane;
                }
                [[dont_unroll]] for (uint c = 0; c < A; c += CHUNK) {
                    float wl[CHUNK * PAIRS], wh[CHUNK * PAIRS];
                    [[unroll]] for (uint k = 0; k < CHUNK; k++)
                        [[unroll]] for (uint p = 0; p < PAIRS; p++) {
                            uvec2 bits = split64(Uints64(weight_lane[p] + weight_tap + uint64_t((c + k) * B) * 4).at[0]);
                            wl[k * PAIRS + p] = uintBitsToFloat(bits.x);
                            wh[k * PAIRS + p] = uintBitsToFloat(bits.y);
                        }
                    [[unroll]] for (uint i = 0; i < LOADS; i++) {
                        uvec2 bits = split64(load_pair(at[i] + uint64_t(c * ACTIVATION_BYTES)));
                        float xl = uintBitsToFloat(bits.x), xh = uintBitsToFloat(bits.y);
                        [[unroll]] for (uint u = 0; u < PER_LOAD; u++) {
                            uint v = i * PER_LOAD + u;
                            [[unroll]] for (uint k = 0; k < CHUNK; k++) {
                                float x = subgroupBroadcast((k & 1) == 0 ? xl : xh, u * PER_VOXEL + k / 2);
                                [[unroll]] for (uint p = 0; p < PAIRS; p++) {
                                    low[v * PAIRS + p] += x * wl[k * PAIRS + p];
                                    high[v * PAIRS + p] += x * wh[k * PAIRS + p];
                                }
                            }
                        }
                    }
                }
            }

    [[unroll]] for (uint v = 0; v < VOXELS; v++) {
        uint i = v / PER_LOAD, l = v % PER_LOAD * PER_VOXEL;
        int d = subgroupBroadcast(qd[i], l) * ad.dst_mul + ad.dst_add;
        int h = subgroupBroadcast(qh[i], l) * ah.dst_mul + ah.dst_add;
        int w = subgroupBroadcast(qw[i], l) * aw.dst_mul + aw.dst_add;
        int n = subgroupBroadcast(clip[i], l);
        if (subgroupBroadcast(inside[i], l)) {
            uint voxel = uint(((n * int(push.dst_d) + d) * int(push.dst_h) + h) * int(push.dst_w) + w);
            [[unroll]] for (uint p = 0; p < PAIRS; p++)
                if (channel + p * PAIR_CHANNELS < B) {
                    uint c = channel + p * PAIR_CHANNELS, at = voxel * B + c;
                    store_pair(push.dst + uint64_t(at) * ACTIVATION_BYTES,
                               finish(vec2(low[v * PAIRS + p], high[v * PAIRS + p]), uint(n), at / 2, c));
                }
        }
    }
}
