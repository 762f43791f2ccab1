// The backward pass of training. Not with constant gradients: those it cancels (d - mean of d), what is left
// is rounding.
#include "shaders/batch_norm/batch_norm.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_batch_norm_backward};

#define ROW(type, batch, size, channels, ...)                                                                \
    &(const struct op_batch_norm) {                                                                          \
        .dtype = type, .n = batch, .voxels = size, .c = channels, __VA_ARGS__                                \
    }
#define FUSE(kind) .activate = true, .activation = OP_ACTIVATION_##kind, .slope = 0.2f
#define LINEAR (FILL(RANDOM) | FILL(TINY) | FILL(HUGE) | FILL(ONE_HOT))
#define CURVED (FILL(RANDOM) | FILL(TINY) | FILL(ONE_HOT)) // see batch_norm_cases.c

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 4, .eps = 0.0f), 1e-5, LINEAR},
    {ROW(OP_F32, 2, 1, 4, .eps = 0.0f), 1e-5, LINEAR},
    {ROW(OP_F32, 1, 17, 12, .eps = 0.0f), 1e-5, LINEAR},
    {ROW(OP_F32, 3, 343, 20, .accumulate = true), 1e-5, LINEAR},
    {ROW(OP_F32, 2, 8200, 4, .eps = 0.0f), 1e-5, LINEAR},
    {ROW(OP_F32, 1, 1031, 516, .eps = 0.0f), 1e-5, LINEAR},
    {ROW(OP_F32, 2, 4099, 32, FUSE(SILU)), 1e-5, CURVED},
    {ROW(OP_F32, 2, 129, 16, FUSE(RELU)), 1e-5, LINEAR},
    {ROW(OP_F32, 2, 131, 8, FUSE(LEAKY_RELU), .accumulate = true), 1e-5, LINEAR},
    {ROW(OP_F32, 1, 61, 8, FUSE(SIGMOID)), 1e-5, CURVED},
    {ROW(OP_F32, 1, 61, 8, FUSE(TANH)), 1e-5, CURVED},
    {ROW(OP_BF16, 1, 1, 4, .eps = 0.0f), 1e-2, LINEAR},
    {ROW(OP_BF16, 3, 341, 12, .accumulate = true), 1e-2, LINEAR},
    {ROW(OP_BF16, 2, 4099, 24, FUSE(SILU)), 1e-2, CURVED},
};

const struct op_case_table batch_norm_backward_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                        sizeof rows / sizeof rows[0]};
