// How family `tile` shapes the kernels of a convolution.
#ifndef MOGRAPH_SHADERS_CONV_CONV_TILING_TILE_H
#define MOGRAPH_SHADERS_CONV_CONV_TILING_TILE_H

#include "shaders/conv/conv_tiling.h"

// Shapes of a kernel that differ in speed and in no bit of the result; choice 0 is the one that a GPU of
// this make takes unasked. conv_tune.h finds the fastest.
enum { CONV_MAX_CHOICES = 4 };
uint32_t conv_tile_gather_choices(const struct op_target *target, const struct conv_geometry *geometry,
                                  bool transposed, uint32_t a, uint32_t b);
uint32_t conv_tile_weight_choices(const struct op_target *target, const struct conv_geometry *geometry,
                                  uint32_t a, uint32_t b);

struct conv_gather_grid conv_tile_gather(const struct op_target *target, const struct conv_geometry *geometry,
                                         bool transposed, uint32_t a, uint32_t b, uint64_t room,
                                         uint32_t choice, struct op_launch *launch);

// The same convolution with one long row where taps do not tell rows apart (kernel 1, stride 1): slabs of the
// weight gradient lie in one row.
struct conv_geometry conv_tile_weight_geometry(const struct conv_geometry *geometry);

// Parts of the voxels for a weight gradient that takes so many invocations for each of them.
uint32_t conv_tile_parts(const struct conv_geometry *geometry, uint64_t invocations, uint64_t weights);

uint32_t conv_tile_weight_parts(const struct op_target *target, const struct conv_geometry *geometry,
                                uint32_t a, uint32_t b);
// `geometry` is conv_tile_weight_geometry's.
void conv_tile_weight(const struct op_target *target, const struct conv_geometry *geometry, uint32_t a,
                      uint32_t b, uint32_t choice, struct op_launch *launch);

#endif
