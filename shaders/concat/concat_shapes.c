// Shapes of concatenations and splits.
#include "shaders/concat/concat.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_concat, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .ca = 4, .cb = 4), .tolerance = 1e-7},
    {ROW(.n = 2, .voxels = 1, .ca = 8, .cb = 4), .tolerance = 1e-7},
    {ROW(.n = 1, .voxels = 17, .ca = 4, .cb = 12), .tolerance = 1e-7},
    {ROW(.n = 3, .voxels = 343, .ca = 20, .cb = 8), .tolerance = 1e-7},
    {ROW(.n = 2, .voxels = 4099, .ca = 4, .cb = 4), .tolerance = 1e-7},
    {ROW(.n = 1, .voxels = 263, .ca = 260, .cb = 12), .tolerance = 1e-7},
    {ROW(.n = 2, .voxels = 4096, .ca = 32, .cb = 16), .tolerance = 1e-7},
    {ROW(.dtype = OP_BF16, .n = 1, .voxels = 1, .ca = 4, .cb = 4), .tolerance = 1e-7},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .ca = 12, .cb = 20), .tolerance = 1e-7},
    {ROW(.n = 2, .voxels = 105, .ca = 12, .cb = 8), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 105, .ca = 4, .cb = 16), .uses = OP_DOCTOR},
    {ROW(.n = 1, .voxels = OP_DEEP_VOXELS, .ca = OP_DEEP_C, .cb = OP_DEEP_C), .uses = OP_BENCH,
     .label = "64 + 64 channels, 8x32x32"},
};

const struct op_shapes op_concat_shapes = {OP_SHAPES(rows)};
