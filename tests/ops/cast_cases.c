// Shapes on which conversions between types are tested.
#include "shaders/cast/cast.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_cast};

#define ROW(...)                                                                                             \
    &(const struct op_cast) {                                                                                \
        __VA_ARGS__                                                                                          \
    }

static const struct op_case rows[] = {
    {ROW(OP_F32, OP_BF16, 4), 4e-3, 0},     {ROW(OP_BF16, OP_F32, 4), 1e-7, 0},
    {ROW(OP_F32, OP_BF16, 1028), 4e-3, 0},  {ROW(OP_BF16, OP_F32, 1028), 1e-7, 0},
    {ROW(OP_F32, OP_BF16, 32772), 4e-3, 0}, {ROW(OP_BF16, OP_F32, 32772), 1e-7, 0},
};

const struct op_case_table cast_cases = {ids, sizeof ids / sizeof ids[0], rows, sizeof rows / sizeof rows[0]};
