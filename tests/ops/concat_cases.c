// Shapes on which joining and splitting channels is tested.
#include "shaders/concat/concat.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_concat, OP_split};

#define ROW(...)                                                                                             \
    &(const struct op_concat) {                                                                              \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, 1, 1, 4, 4), 1e-7, 0},      {ROW(OP_F32, 2, 1, 8, 4), 1e-7, 0},
    {ROW(OP_F32, 1, 17, 4, 12), 1e-7, 0},    {ROW(OP_F32, 3, 343, 20, 8), 1e-7, 0},
    {ROW(OP_F32, 2, 4099, 4, 4), 1e-7, 0},   {ROW(OP_F32, 1, 263, 260, 12), 1e-7, 0},
    {ROW(OP_F32, 2, 4096, 32, 16), 1e-7, 0}, {ROW(OP_BF16, 1, 1, 4, 4), 1e-7, 0},
    {ROW(OP_BF16, 3, 341, 12, 20), 1e-7, 0},
};

const struct op_case_table concat_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                           sizeof rows / sizeof rows[0]};
