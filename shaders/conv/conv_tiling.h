// How the kernels of a convolution are shaped for a device: tiles, teams, splits and parts.
#ifndef MOGRAPH_SHADERS_CONV_CONV_TILING_H
#define MOGRAPH_SHADERS_CONV_CONV_TILING_H

#include "shaders/conv/conv_geometry.h"
#include "shaders/op_launch.h"

enum { CONV_MAX_SPLITS = 32 }; // workgroups that may share one sum

// What the gather's push constants say of its grid.
struct conv_gather_grid {
    uint32_t tiles_per_class, splits;
};

// What is read: family coop treats a gradient in a way of its own, see conv_coop.glsl.
enum conv_source { CONV_ACTIVATION, CONV_GRADIENT };

// Families lane and coop; tile's are conv_tiling_tile.h's. Adds the specialisation of the target's family
// behind the geometry's, sets the local size and the workgroups. `room`: floats for partial sums, 0: none.
struct conv_gather_grid conv_tiling_gather(const struct op_target *target,
                                           const struct conv_geometry *geometry, bool transposed, uint32_t a,
                                           uint32_t b, enum conv_source src, uint64_t room,
                                           struct op_launch *launch);

// Parts of the weight gradient that are summed apart; the same for the weight's kernel and its partials.
uint32_t conv_weight_parts(const struct op_target *target, const struct conv_geometry *geometry, uint32_t a,
                           uint32_t b);
void conv_tiling_weight(const struct op_target *target, const struct conv_geometry *geometry, uint32_t a,
                        uint32_t b, enum conv_source big, struct op_launch *launch);

#endif
