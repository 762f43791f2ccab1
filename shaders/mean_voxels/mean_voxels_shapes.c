// Shapes of the mean over voxels.
#include "shaders/mean_voxels/mean_voxels.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_mean_voxels, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 1, .c = 8), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 7, .c = 12), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 343, .c = 20, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 17, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 8200, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 1031, .c = 260), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 4096, .c = 32), .tolerance = 1e-5},
    {ROW(.dtype = OP_BF16, .n = 1, .voxels = 1, .c = 4), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .c = 12, .accumulate = true), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 4099, .c = 24), .tolerance = 1e-2},
    {ROW(.n = 2, .voxels = 105, .c = 12), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 512, .c = 16), .uses = OP_DOCTOR},
    {ROW(.n = 1, .voxels = OP_DEEP_VOXELS, .c = OP_DEEP_C), .uses = OP_BENCH, .label = OP_DEEP},
};

const struct op_shapes op_mean_voxels_shapes = {OP_SHAPES(rows)};
