// Shapes of sampling and its inverse.
#include "shaders/op_shapes.h"
#include "shaders/reparameterise/reparameterise.h"

#define ROW(...) OP_PARAMS(struct op_reparameterise, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4, .c_used = 0), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 1, .c = 4, .c_used = 1), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 1, .c = 24, .tempered = true), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(.n = 3, .voxels = 7, .c = 12, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 16, .c = 4, .c_used = 2, .tempered = true, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 257, .c = 4, .c_used = 3), .tolerance = 1e-5},
    {ROW(.n = 8, .voxels = 4096, .c = 4, .c_used = 2), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 128, .c = 32, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 30, .c = 8), .uses = OP_DOCTOR},
    {ROW(.n = 1, .voxels = 64, .c = 4, .c_used = 2), .uses = OP_DOCTOR},
};

// Sampling alone: training does not invert.
static const struct op_shape bench[] = {
    {ROW(.n = 16, .voxels = OP_LATENT_VOXELS, .c = OP_LATENT_C), .uses = OP_BENCH, .label = OP_LATENT},
};

const struct op_shapes op_reparameterise_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_reparameterise_bench_shapes = {OP_SHAPES(bench)};
