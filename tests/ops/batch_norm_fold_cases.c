// Shapes on which folding batch normalisation is tested.
#include "shaders/batch_norm/batch_norm.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_batch_norm_fold};

#define ROW(...)                                                                                             \
    &(const struct op_batch_norm_fold) {                                                                     \
        __VA_ARGS__                                                                                          \
    }

// 2e-6: Vulkan lets a division be 2.5 units in the last place off, and a root; an H200 uses some of that
// (1.1e-6).
static const struct op_case rows[] = {
    {ROW(1, 4, 4, 0.0f, false), 2e-6, 0},    {ROW(1, 4, 4, 0.0f, true), 2e-6, 0},
    {ROW(27, 12, 20, 1e-3f, true), 2e-6, 0}, {ROW(64, 32, 64, 0.0f, true), 2e-6, 0},
    {ROW(8, 8, 516, 0.0f, false), 2e-6, 0},
};

const struct op_case_table batch_norm_fold_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                    sizeof rows / sizeof rows[0]};
