// Shapes of batch normalisation. The backward pass of training is tested with a table of its own.
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_batch_norm, __VA_ARGS__)
#define FUSE(kind) .activate = true, .activation = OP_ACTIVATION_##kind, .slope = 0.2f

// Of thousands of random rows the mean is near 0 and its rounding error that of a single value: 1e-7 of the
// largest, 1e-4 of the mean.
#define MEAN_NEAR_ZERO 1e-4
// Huge inputs of a curved activation: where |y| is 1e8 its rounding error alone is several units, more than
// the width of the curve.
#define CURVED (OP_FILL(RANDOM) | OP_FILL(TINY) | OP_FILL(CONSTANT) | OP_FILL(ONE_HOT))

static const struct op_shape rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 1, .c = 4, .eps = 1e-3f), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 7, .c = 12, .momentum = 0.3f), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 17, .c = 8, .momentum = 1.0f), .tolerance = 1e-5},
    {ROW(.n = 3, .voxels = 343, .c = 20, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 8200, .c = 4), .tolerance = MEAN_NEAR_ZERO}, // many chunks, one group of channels
    {ROW(.n = 1, .voxels = 1031, .c = 516), .tolerance = 1e-5},         // channels beyond a workgroup
    {ROW(.n = 2, .voxels = 4099, .c = 32, FUSE(SILU)), .tolerance = MEAN_NEAR_ZERO, .fills = CURVED},
    {ROW(.n = 2, .voxels = 129, .c = 16, FUSE(RELU)), .tolerance = 1e-5},
    {ROW(.n = 2, .voxels = 131, .c = 8, FUSE(LEAKY_RELU), .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 1, .voxels = 61, .c = 8, FUSE(SIGMOID)), .tolerance = 1e-5, .fills = CURVED},
    {ROW(.n = 1, .voxels = 61, .c = 8, FUSE(TANH)), .tolerance = 1e-5, .fills = CURVED},
    {ROW(.dtype = OP_BF16, .n = 1, .voxels = 1, .c = 4), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .c = 12, .accumulate = true), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 4099, .c = 24, FUSE(SILU)), .tolerance = 1e-2, .fills = CURVED},
};

const struct op_shapes op_batch_norm_shapes = {OP_SHAPES(rows)};

// The backward pass of training. Not with constant gradients: those it cancels (d - mean of d), what is
// left is rounding.
#define BACKWARD (OP_FILL(RANDOM) | OP_FILL(TINY) | OP_FILL(HUGE) | OP_FILL(ONE_HOT))
#define BACKWARD_CURVED (OP_FILL(RANDOM) | OP_FILL(TINY) | OP_FILL(ONE_HOT)) // see CURVED

static const struct op_shape backward_rows[] = {
    {ROW(.n = 1, .voxels = 1, .c = 4), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 2, .voxels = 1, .c = 4), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 1, .voxels = 17, .c = 12), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 3, .voxels = 343, .c = 20, .accumulate = true), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 2, .voxels = 8200, .c = 4), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 1, .voxels = 1031, .c = 516), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 2, .voxels = 4099, .c = 32, FUSE(SILU)), .tolerance = 1e-5, .fills = BACKWARD_CURVED},
    {ROW(.n = 2, .voxels = 129, .c = 16, FUSE(RELU)), .tolerance = 1e-5, .fills = BACKWARD},
    {ROW(.n = 2, .voxels = 131, .c = 8, FUSE(LEAKY_RELU), .accumulate = true), .tolerance = 1e-5,
     .fills = BACKWARD},
    {ROW(.n = 1, .voxels = 61, .c = 8, FUSE(SIGMOID)), .tolerance = 1e-5, .fills = BACKWARD_CURVED},
    {ROW(.n = 1, .voxels = 61, .c = 8, FUSE(TANH)), .tolerance = 1e-5, .fills = BACKWARD_CURVED},
    {ROW(.dtype = OP_BF16, .n = 1, .voxels = 1, .c = 4), .tolerance = 1e-2, .fills = BACKWARD},
    {ROW(.dtype = OP_BF16, .n = 3, .voxels = 341, .c = 12, .accumulate = true), .tolerance = 1e-2,
     .fills = BACKWARD},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 4099, .c = 24, FUSE(SILU)), .tolerance = 1e-2,
     .fills = BACKWARD_CURVED},
};

const struct op_shapes op_batch_norm_backward_shapes = {OP_SHAPES(backward_rows)};

static const struct op_shape doctor_rows[] = {
    {ROW(.n = 2, .voxels = 105, .c = 12), .uses = OP_DOCTOR},
    {ROW(.n = 1, .voxels = 2000, .c = 32, .activate = true, .activation = OP_ACTIVATION_SILU),
     .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .n = 2, .voxels = 512, .c = 16, .activate = true,
         .activation = OP_ACTIVATION_RELU),
     .uses = OP_DOCTOR},
};

const struct op_shapes op_batch_norm_doctor_shapes = {OP_SHAPES(doctor_rows)};

static const struct op_shape bench_rows[] = {
    {ROW(.n = 1, .voxels = OP_WIDE_VOXELS, .c = OP_WIDE_C), .uses = OP_BENCH, .label = OP_WIDE},
    {ROW(.n = 1, .voxels = OP_WIDE_VOXELS, .c = OP_WIDE_C, FUSE(SILU)), .uses = OP_BENCH,
     .label = "silu, " OP_WIDE},
};

const struct op_shapes op_batch_norm_bench_shapes = {OP_SHAPES(bench_rows)};
