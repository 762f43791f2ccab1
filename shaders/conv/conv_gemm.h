// The convolution core: one implicit GEMM with three gathers, used by conv3d, conv_transpose3d and linear.
// Never im2col, never col2im. Grids and taps: conv_geometry.h.
//   gather, forward:    small[o][b] = sum over taps, a of big[o s - p + k][a] weight[k][a][b]
//   gather, transposed: big[i][b] = sum over taps, a, o with o s - p + k = i of small[o][a] weight[k][a][b]
//   weight:             out[k][a][b] = sum over o of big[o s - p + k][a] small[o][b]
#ifndef MOGRAPH_SHADERS_CONV_CONV_GEMM_H
#define MOGRAPH_SHADERS_CONV_CONV_GEMM_H

#include "shaders/conv/conv_epilogue.h"
#include "shaders/conv/conv_tiling.h"

struct conv_gather_buffers {
    struct rt_buffer src, weight, bias, dst;
    enum conv_source kind; // of src
    // fp32, room for a multiple of dst: long sums may be split. May be the zero buffer.
    struct rt_buffer partials;
    bool swapped;                  // the weight is [tap][b][a]: only where conv_takes_swapped
    struct conv_epilogue epilogue; // with room for partials: none
    struct rt_buffer residual, scale, shift;
};

// Whether this gather can read its weight with the channels swapped.
bool conv_takes_swapped(const struct op_target *target, const struct conv_geometry *geometry, bool transposed,
                        uint32_t a, uint32_t b);

// dst gets b channels from src's a channels; weight [tap][a][b]; bias [b] or the zero buffer, which it must
// be where there is room for partials.
void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *geometry, bool transposed,
                        uint32_t a, uint32_t b, const struct conv_gather_buffers *buffers);

// dst[tap][b][a] = src[tap][a][b].
void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst);

struct conv_weight_buffers {
    struct rt_buffer big, small;
    enum conv_source kind;     // of big; small is the other one
    struct rt_buffer partials; // fp32, conv_weight_partials elements
    struct rt_buffer d_weight;
};

uint64_t conv_weight_partials(const struct op_target *target, const struct conv_geometry *geometry,
                              uint32_t a, uint32_t b);

// d_weight[tap][a][b], or [tap][b][a] when `swap`, from big [..][a]
// and small [..][b]; adds when `accumulate`.
void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *geometry, uint32_t a,
                        uint32_t b, bool swap, bool accumulate, const struct conv_weight_buffers *buffers);

struct conv_bias_buffers {
    struct rt_buffer src;
    struct rt_buffer partials; // fp32, conv_bias_partials elements
    struct rt_buffer d_bias;
};

uint64_t conv_bias_partials(const struct op_target *target, uint64_t voxels, uint32_t channels);

// d_bias[channels] = sum over voxels of src[voxels][channels], in a fixed order; adds when `accumulate`.
void conv_record_bias(struct op_recorder *recorder, uint64_t voxels, uint32_t channels, enum op_dtype dtype,
                      bool accumulate, const struct conv_bias_buffers *buffers);

#endif
