// How the kernels of family `coop` are shaped for a device: its tiles, in cooperative matrices and subgroups.
#ifndef MOGRAPH_SHADERS_CONV_CONV_COOP_H
#define MOGRAPH_SHADERS_CONV_CONV_COOP_H

#include "shaders/op_launch.h"

// A tile of a workgroup, cut as conv_coop.glsl says.
struct conv_coop_tile {
    uint32_t m, n;                   // rows and columns
    uint32_t matrices_m, matrices_n; // of a subgroup
    uint32_t subgroups_m, subgroups_n;
    uint32_t steps;   // of the matrices' k, in a slab
    uint32_t threads; // of the workgroup
};

enum conv_coop_use { CONV_COOP_GATHER, CONV_COOP_WEIGHT };

// The tile for `groups_m` times `rows` rows (parity classes' voxels, or the weight's rows), `columns` wide;
// `depth` is how long the sums are.
struct conv_coop_tile conv_coop_tile(const struct op_target *target, enum conv_coop_use use,
                                     uint32_t groups_m, uint64_t rows, uint32_t columns, uint64_t depth);

// Adds the tile's constants behind the geometry's, and sets the local size.
void conv_coop_shape(const struct op_target *target, const struct conv_coop_tile *tile,
                     struct op_launch *launch);

#endif
