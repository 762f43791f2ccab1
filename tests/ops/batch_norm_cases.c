// Shapes on which batch normalisation's forward pass is tested.
#include "shaders/batch_norm/batch_norm.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_batch_norm_forward, OP_batch_norm_frozen_forward,
                                 OP_batch_norm_frozen_backward, OP_batch_norm_accumulate,
                                 OP_batch_norm_estimate};

#define ROW(type, batch, size, channels, ...)                                                                \
    &(const struct op_batch_norm) {                                                                          \
        .dtype = type, .n = batch, .voxels = size, .c = channels, __VA_ARGS__                                \
    }
#define FUSE(kind) .activate = true, .activation = OP_ACTIVATION_##kind, .slope = 0.2f

// Of thousands of random rows the mean is near 0 and its rounding error that of a single value: 1e-7 of the
// largest, 1e-4 of the mean.
#define MEAN_NEAR_ZERO 1e-4
// Huge inputs of a curved activation: where |y| is 1e8 its rounding error alone is several units, more than
// the width of the curve.
#define CURVED (FILL(RANDOM) | FILL(TINY) | FILL(CONSTANT) | FILL(ONE_HOT))

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 4, .eps = 0.0f), 1e-5, 0},
    {ROW(OP_F32, 2, 1, 4, .eps = 1e-3f), 1e-5, 0},
    {ROW(OP_F32, 1, 7, 12, .momentum = 0.3f), 1e-5, 0},
    {ROW(OP_F32, 1, 17, 8, .momentum = 1.0f), 1e-5, 0},
    {ROW(OP_F32, 3, 343, 20, .accumulate = true), 1e-5, 0},
    {ROW(OP_F32, 2, 8200, 4, .eps = 0.0f), MEAN_NEAR_ZERO, 0}, // many chunks, one group of channels
    {ROW(OP_F32, 1, 1031, 516, .eps = 0.0f), 1e-5, 0},         // channels beyond a workgroup
    {ROW(OP_F32, 2, 4099, 32, FUSE(SILU)), MEAN_NEAR_ZERO, CURVED},
    {ROW(OP_F32, 2, 129, 16, FUSE(RELU)), 1e-5, 0},
    {ROW(OP_F32, 2, 131, 8, FUSE(LEAKY_RELU), .accumulate = true), 1e-5, 0},
    {ROW(OP_F32, 1, 61, 8, FUSE(SIGMOID)), 1e-5, CURVED},
    {ROW(OP_F32, 1, 61, 8, FUSE(TANH)), 1e-5, CURVED},
    {ROW(OP_BF16, 1, 1, 4, .eps = 0.0f), 1e-2, 0},
    {ROW(OP_BF16, 3, 341, 12, .accumulate = true), 1e-2, 0},
    {ROW(OP_BF16, 2, 4099, 24, FUSE(SILU)), 1e-2, CURVED},
};

const struct op_case_table batch_norm_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                               sizeof rows / sizeof rows[0]};
