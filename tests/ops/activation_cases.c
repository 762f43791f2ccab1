// Shapes on which activations are tested.
#include "shaders/activation/activation.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_activation_forward, OP_activation_backward};

#define ROW(kind, dtype, count, slope)                                                                       \
    &(const struct op_activation) {                                                                          \
        OP_ACTIVATION_##kind, dtype, count, slope                                                            \
    }

static const struct op_case rows[] = {
    {ROW(RELU, OP_F32, 4, 0.0f), 1e-6, 0},       {ROW(RELU, OP_F32, 1028, 0.0f), 1e-6, 0},
    {ROW(LEAKY_RELU, OP_F32, 4, 0.2f), 1e-6, 0}, {ROW(LEAKY_RELU, OP_F32, 4004, 0.01f), 1e-6, 0},
    {ROW(SILU, OP_F32, 4, 0.0f), 1e-5, 0},       {ROW(SILU, OP_F32, 32772, 0.0f), 1e-5, 0},
    {ROW(SIGMOID, OP_F32, 1004, 0.0f), 1e-5, 0}, {ROW(TANH, OP_F32, 1004, 0.0f), 1e-5, 0},
    {ROW(RELU, OP_BF16, 1028, 0.0f), 1e-2, 0},   {ROW(LEAKY_RELU, OP_BF16, 1028, 0.2f), 1e-2, 0},
    {ROW(SILU, OP_BF16, 1028, 0.0f), 1e-2, 0},   {ROW(SIGMOID, OP_BF16, 1028, 0.0f), 1e-2, 0},
    {ROW(TANH, OP_BF16, 1028, 0.0f), 1e-2, 0},
};

const struct op_case_table activation_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                               sizeof rows / sizeof rows[0]};
