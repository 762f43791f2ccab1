// Lengths for which reductions are tested.
#include "shaders/reduce/reduce.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_reduce};

#define ROW(kind, count)                                                                                     \
    &(const struct op_reduce) {                                                                              \
        OP_REDUCE_##kind, count                                                                              \
    }

// One part, one past a part's run, one past a fan of parts, and all levels.
static const struct op_case rows[] = {
    {ROW(SUM, 4), 1e-6, 0},         {ROW(SUM, 260), 1e-6, 0},
    {ROW(SUM, 8196), 1e-6, 0},      {ROW(SUM, 300004), 1e-6, 0},
    {ROW(MEAN, 4), 1e-6, 0},        {ROW(MEAN, 10012), 1e-6, 0},
    {ROW(SUM_SQUARES, 4), 1e-6, 0}, {ROW(SUM_SQUARES, 300004), 1e-6, 0},
    {ROW(MAX_ABS, 4), 1e-6, 0},     {ROW(MAX_ABS, 10012), 1e-6, 0},
    {ROW(NON_FINITE, 4), 1e-6, 0},  {ROW(NON_FINITE, 10012), 1e-6, 0},
};

const struct op_case_table reduce_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                           sizeof rows / sizeof rows[0]};
