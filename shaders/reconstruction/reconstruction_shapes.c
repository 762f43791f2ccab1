// Shapes of the reconstruction error. n picks the situation, see the prepare functions: 2 the first batch, 3
// one that is not finite, 4 no variance yet.
#include "shaders/op_shapes.h"
#include "shaders/reconstruction/reconstruction.h"

#define ROW(...) OP_PARAMS(struct op_reconstruction, __VA_ARGS__)
#define BF16 .dtype = OP_BF16
#define TARGET_BF16 .target_dtype = OP_BF16

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4, .c_used = 3, .momentum = 1.0f), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 1, .c = 4, .c_used = 1, .momentum = 0.1f), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 7, .c = 12, .c_used = 0, .sigma_floor = 0.5f), .tolerance = 1e-5},
    {ROW(TARGET_BF16, .n = 4, .voxels = 257, .c = 4, .c_used = 3, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 5, .voxels = 1031, .c = 4, .c_used = 3, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 16411, .c = 4, .c_used = 3, .sigma_floor = 0.05f), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 131, .c = 260, .c_used = 259, .momentum = 0.5f), .tolerance = 1e-5},
    {ROW(BF16, .n = 1, .voxels = 1, .c = 4, .c_used = 3, .momentum = 0.5f), .tolerance = 1e-2},
    {ROW(BF16, TARGET_BF16, .n = 3, .voxels = 343, .c = 8, .c_used = 5, .accumulate = true),
     .tolerance = 1e-2},
    {ROW(BF16, .n = 2, .voxels = 4099, .c = 4, .c_used = 3, .momentum = 0.1f), .tolerance = 1e-2},
    {ROW(.n = 2, .voxels = 300, .c = 4, .c_used = 3), .uses = OP_DOCTOR},
    {ROW(BF16, .n = 3, .voxels = 128, .c = 4, .c_used = 3), .uses = OP_DOCTOR},
};

// Without calibrate, which sees one number a sample.
static const struct op_shape bench[] = {
    {ROW(.n = 1, .voxels = 32 * 128 * 128, .c = 4, .c_used = 3), .uses = OP_BENCH, .label = OP_CLIP},
};

const struct op_shapes op_reconstruction_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_reconstruction_bench_shapes = {OP_SHAPES(bench)};
