// Shapes of FiLM.
#include "shaders/film/film.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_film, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 1, .c = 8), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 7, .c = 12), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 343, .c = 20), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 17, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 8200, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 1031, .c = 260), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 4096, .c = 32), .tolerance = 1e-5},
    {ROW(.dtype = OP_BF16, .n = 1, .voxels = 1, .c = 4), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .c = 12), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 4099, .c = 24), .tolerance = 1e-2},
    {ROW(.n = 1, .voxels = 1, .c = 4, .silu = true), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 341, .c = 20, .silu = true), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 17, .c = 260, .silu = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 8200, .c = 4, .silu = true), .tolerance = 1e-5},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .c = 12, .silu = true), .tolerance = 1e-2},
    {ROW(.n = 2, .voxels = 105, .c = 12), .uses = OP_DOCTOR},
    {ROW(.n = 2, .voxels = 105, .c = 12, .silu = true), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 512, .c = 16), .uses = OP_DOCTOR},
    {ROW(.n = 1, .voxels = OP_WIDE_VOXELS, .c = OP_WIDE_C), .uses = OP_BENCH, .label = OP_WIDE},
};

const struct op_shapes op_film_shapes = {OP_SHAPES(rows)};
