// Shapes on which sampling of a Gaussian is tested.
#include "shaders/reparameterise/reparameterise.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_reparameterise_forward, OP_reparameterise_backward,
                                 OP_reparameterise_inverse};

#define ROW(batch, size, channels, ...)                                                                      \
    &(const struct op_reparameterise) {                                                                      \
        .n = batch, .voxels = size, .c = channels, __VA_ARGS__                                               \
    }

static const struct op_case rows[] = {
    {ROW(1, 1, 4, .c_used = 0), 1e-5, 0},
    {ROW(1, 1, 4, .c_used = 1), 1e-5, 0},
    {ROW(2, 1, 24, .tempered = true), 1e-5, 0},
    {ROW(3, 7, 12, .accumulate = true), 1e-5, 0},
    {ROW(2, 16, 4, .c_used = 2, .tempered = true, .accumulate = true), 1e-5, 0},
    {ROW(1, 257, 4, .c_used = 3), 1e-5, 0},
    {ROW(8, 4096, 4, .c_used = 2), 1e-5, 0},
    {ROW(5, 128, 32, .accumulate = true), 1e-5, 0},
};

const struct op_case_table reparameterise_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                   sizeof rows / sizeof rows[0]};
