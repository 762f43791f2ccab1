// How family `lane` shapes the kernels of a convolution; called by conv_tiling.c.
#ifndef MOGRAPH_SHADERS_CONV_CONV_TILING_LANE_H
#define MOGRAPH_SHADERS_CONV_CONV_TILING_LANE_H

#include "shaders/conv/conv_tiling.h"

// Whether a gather has too few voxels for lanes that are runs of columns.
bool conv_lane_few(const struct op_target *target, const struct conv_geometry *geometry, bool transposed,
                   uint32_t a, uint32_t b);

// Chooses the kernel, too: layers of few voxels have one of their own.
struct conv_gather_grid conv_lane_gather(const struct op_target *target, const struct conv_geometry *geometry,
                                         bool transposed, uint32_t a, uint32_t b, struct op_launch *launch);

uint32_t conv_lane_weight_parts(const struct op_target *target, const struct conv_geometry *geometry,
                                uint32_t a, uint32_t b);
void conv_lane_weight(const struct op_target *target, const struct conv_geometry *geometry, uint32_t a,
                      uint32_t b, struct op_launch *launch);

#endif
