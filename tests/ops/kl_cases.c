// Shapes on which the KL divergence is tested.
#include "shaders/kl/kl.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_kl_forward, OP_kl_backward};

#define ROW(batch, size, channels, ...)                                                                      \
    &(const struct op_kl) {                                                                                  \
        .n = batch, .voxels = size, .c = channels, __VA_ARGS__                                               \
    }

static const struct op_case rows[] = {
    {ROW(1, 1, 4, .c_used = 0), 1e-5, 0},
    {ROW(1, 1, 4, .c_used = 1, .standard = true, .per_channel = true), 1e-5, 0},
    {ROW(8, 1, 24, .standard = true, .per_channel = true), 1e-5, 0},
    {ROW(3, 7, 12, .per_channel = true), 1e-5, 0},
    {ROW(3, 343, 20, .accumulate = true), 1e-5, 0},
    {ROW(2, 128, 8, .standard = true, .accumulate = true), 1e-5, 0},
    {ROW(5, 1031, 4, .c_used = 2, .per_channel = true, .accumulate = true), 1e-5, 0},
    {ROW(2, 8200, 4, .c_used = 3, .per_channel = true), 1e-5, 0},
    {ROW(1, 257, 260, .per_channel = true), 1e-5, 0},
};

const struct op_case_table kl_cases = {ids, sizeof ids / sizeof ids[0], rows, sizeof rows / sizeof rows[0]};
