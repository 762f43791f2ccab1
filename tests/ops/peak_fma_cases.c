// Lengths for which the arithmetic kernel is tested.
#include "shaders/peak/peak.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_peak_fma};

#define ROW(count, steps)                                                                                    \
    &(const struct op_peak_fma) {                                                                            \
        count, steps                                                                                         \
    }

static const struct op_case rows[] = {
    {ROW(1, 16), 1e-5, 0}, {ROW(7, 32), 1e-5, 0}, {ROW(257, 16), 1e-5, 0}, {ROW(8209, 160), 1e-5, 0}};

const struct op_case_table peak_fma_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                             sizeof rows / sizeof rows[0]};
