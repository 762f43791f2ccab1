// The convolution core: one implicit GEMM with three gathers, used by conv3d, conv_transpose3d and linear.
//
// A convolution relates a big grid (the input of conv3d) and a small one (its output): tap k of the small
// voxel o touches the big voxel o stride - padding + k. Never im2col, never col2im.
//   gather, forward:    small[o][b] = sum over taps, a of big[o s - p + k][a] weight[k][a][b]
//   gather, transposed: big[i][b] = sum over taps, a, o with o s - p + k = i of small[o][a] weight[k][a][b]
//   weight:             out[k][a][b] = sum over o of big[o s - p + k][a] small[o][b]
#ifndef MOGRAPH_SHADERS_CONV_CONV_GEMM_H
#define MOGRAPH_SHADERS_CONV_CONV_GEMM_H

#include "shaders/op.h"

struct conv_geometry {
    uint32_t n;
    uint32_t big[3], small[3]; // d, h, w
    uint32_t kernel[3], stride[3], padding[3];
    enum op_dtype dtype; // of both activation tensors
};

uint32_t conv_taps(const struct conv_geometry *geometry);
// Voxels of all clips.
uint64_t conv_big_voxels(const struct conv_geometry *geometry);
uint64_t conv_small_voxels(const struct conv_geometry *geometry);
// Multiplications and additions that touch no padding-independent zero: 2 taps small_voxels a b.
double conv_flops(const struct conv_geometry *geometry, uint32_t a, uint32_t b);

// Checks one axis: kernel 1-4, stride 1-2, padding below the kernel, size 1-4096.
bool conv_check_axis(struct op_refusal *refusal, char axis, uint32_t kernel, uint32_t stride,
                     uint32_t padding, uint32_t size);
// Checks the batch, the storage type and the tensors' sizes; the axes must be sound already.
bool conv_check_geometry(const struct conv_geometry *geometry, uint32_t a, uint32_t b,
                         struct op_refusal *refusal);

// "1x8x32x32x64 -> 1x8x32x32x64 k3x3x3 s1x1x1 p1x1x1 f32"
void conv_describe_text(const struct conv_geometry *geometry, const uint32_t from[3], uint32_t from_channels,
                        const uint32_t to[3], uint32_t to_channels, char *text, size_t size);

enum { CONV_MAX_SPLITS = 32 }; // workgroups that may share one sum

struct conv_gather_buffers {
    struct rt_buffer src, weight, bias, dst;
    struct rt_buffer partials; // fp32, room for a multiple of dst: long sums may be split. Or the zero buffer
};

// dst gets b channels from src's a channels; weight [tap][a][b]; bias [b] or the zero buffer, which it must
// be where there is room for partials.
void conv_record_gather(struct op_recorder *recorder, const struct conv_geometry *geometry, bool transposed,
                        uint32_t a, uint32_t b, const struct conv_gather_buffers *buffers);

// dst[tap][b][a] = src[tap][a][b].
void conv_record_transpose_weight(struct op_recorder *recorder, uint32_t taps, uint32_t a, uint32_t b,
                                  struct rt_buffer src, struct rt_buffer dst);

// Elements of `partials` for conv_record_weight.
uint64_t conv_weight_partials(const struct op_target *target, const struct conv_geometry *geometry,
                              uint32_t a, uint32_t b);

// d_weight[tap][a][b], or [tap][b][a] when `swap`, from big [..][a]
// and small [..][b]; adds when `accumulate`.
void conv_record_weight(struct op_recorder *recorder, const struct conv_geometry *geometry, uint32_t a,
                        uint32_t b, bool swap, bool accumulate, struct rt_buffer big, struct rt_buffer small,
                        struct rt_buffer partials, struct rt_buffer d_weight);

// d_bias[channels] = sum over voxels of src[voxels][channels], in a fixed order; adds when `accumulate`.
uint64_t conv_bias_partials(const struct op_target *target, uint64_t voxels, uint32_t channels);
void conv_record_bias(struct op_recorder *recorder, uint64_t voxels, uint32_t channels, enum op_dtype dtype,
                      bool accumulate, struct rt_buffer src, struct rt_buffer partials,
                      struct rt_buffer d_bias);

// The definitions in double precision, on arrays.
void conv_reference_gather(const struct conv_geometry *geometry, bool transposed, uint32_t a, uint32_t b,
                           bool swapped_weight, const double *src, const double *weight, const double *bias,
                           double *dst);
void conv_reference_weight(const struct conv_geometry *geometry, uint32_t a, uint32_t b, bool swap,
                           bool accumulate, const double *big, const double *small, double *d_weight);
void conv_reference_bias(uint64_t voxels, uint32_t channels, bool accumulate, const double *src,
                         double *d_bias);

#endif
