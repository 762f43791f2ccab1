// Lengths for which the copying kernel is tested.
#include "shaders/peak/peak.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_peak_copy};

#define ROW(count)                                                                                           \
    &(const struct op_peak_copy) {                                                                           \
        count                                                                                                \
    }

// A copy is exact; the bound only has to be above zero.
static const struct op_case rows[] = {
    {ROW(4), 1e-12, 0}, {ROW(28), 1e-12, 0}, {ROW(1028), 1e-12, 0}, {ROW(65540), 1e-12, 0}};

const struct op_case_table peak_copy_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                              sizeof rows / sizeof rows[0]};
