// Shapes on which the weighted sum is tested.
#include "shaders/add/add.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_add};

#define ROW(...)                                                                                             \
    &(const struct op_add) {                                                                                 \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, 4, 0.0f), 1e-6, 0},     {ROW(OP_F32, 1028, -0.5f), 1e-6, 0},
    {ROW(OP_F32, 32772, 0.0f), 1e-6, 0}, {ROW(OP_F32, 1000004, 0.25f), 1e-6, 0},
    {ROW(OP_BF16, 4, 0.0f), 1e-2, 0},    {ROW(OP_BF16, 1028, 2.0f), 1e-2, 0},
};

const struct op_case_table add_cases = {ids, sizeof ids / sizeof ids[0], rows, sizeof rows / sizeof rows[0]};
