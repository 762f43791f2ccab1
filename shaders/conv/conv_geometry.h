// What a convolution relates: a big grid (the input of conv3d) and a small one (its output). Tap k of the
// small voxel o touches the big voxel o stride - padding + k.
#ifndef MOGRAPH_SHADERS_CONV_CONV_GEOMETRY_H
#define MOGRAPH_SHADERS_CONV_CONV_GEOMETRY_H

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

// The largest multiple of 4 that divides `channels`, at most `limit`.
uint32_t conv_chunk(uint32_t channels, uint32_t limit);

// Output positions of a gather's fullest parity class, all clips; and how many classes there are.
uint64_t conv_class_voxels(const struct conv_geometry *geometry, bool transposed);
uint32_t conv_class_count(const struct conv_geometry *geometry, bool transposed);
// Elements of a gather's output; slabs of `depth` input channels of one tap that one of them is summed
// over, at most.
uint64_t conv_dst_count(const struct conv_geometry *geometry, bool transposed, uint32_t b);
uint32_t conv_slab_count(const struct conv_geometry *geometry, bool transposed, uint32_t a, uint32_t depth);

#endif
