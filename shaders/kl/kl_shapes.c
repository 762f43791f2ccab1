// Shapes of KL divergences.
#include "shaders/kl/kl.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_kl, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4, .c_used = 0), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 1, .c = 4, .c_used = 1, .standard = true, .per_channel = true), .tolerance = 1e-5},
    {ROW(.n = 8, .voxels = 1, .c = 24, .standard = true, .per_channel = true), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 7, .c = 12, .per_channel = true), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 343, .c = 20, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 128, .c = 8, .standard = true, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 1031, .c = 4, .c_used = 2, .per_channel = true, .accumulate = true),
     .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 8200, .c = 4, .c_used = 3, .per_channel = true), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 257, .c = 260, .per_channel = true), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 1, .c = 24, .standard = true, .per_channel = true), .uses = OP_DOCTOR},
    {ROW(.n = 2, .voxels = 128, .c = 8, .per_channel = true), .uses = OP_DOCTOR},
    {ROW(.n = 2, .voxels = 300, .c = 4, .c_used = 2, .per_channel = true), .uses = OP_DOCTOR},
    {ROW(.n = 16, .voxels = OP_LATENT_VOXELS, .c = OP_LATENT_C), .uses = OP_BENCH, .label = OP_LATENT},
};

const struct op_shapes op_kl_shapes = {OP_SHAPES(rows)};
