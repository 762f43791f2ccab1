// Test cases as rows of data. One row serves three modes: checked on every device with every kernel family
// and every fill, checked by central differences, and timed by `mograph bench`.
#ifndef MOGRAPH_TESTS_OPS_CASES_H
#define MOGRAPH_TESTS_OPS_CASES_H

#include "shaders/check/op_check.h"

#define FILL(name) (1u << OP_FILL_##name)
enum { ALL_FILLS = (1u << OP_FILL_COUNT) - 1 };

struct op_case {
    const void *params;
    double tolerance; // relative error that this row must keep, see op_trial
    unsigned fills;   // 0: all
};

struct op_case_table {
    const enum op_id *ids; // operations that take these params, forward and backward alike
    uint32_t id_count;
    const struct op_case *rows;
    uint32_t row_count;
};

#define CASES(name, gradient) extern const struct op_case_table name##_cases;
#include "tests/ops/cases.def"
#undef CASES

// Checks a backward reference against central differences of its forward reference; counts through CHECK.
// Rows with more than a few thousand inputs are sampled.
void gradient_check(enum op_id backward, const void *params, uint64_t seed);

#endif
