// Shapes on which the fully connected layer is tested.
#include "shaders/linear/linear.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_linear_forward, OP_linear_backward_input, OP_linear_backward_weight};

#define ROW(rows, cin, cout, dtype, bias, accumulate)                                                        \
    &(const struct op_linear) {                                                                              \
        rows, cin, cout, dtype, bias, accumulate                                                             \
    }

#define SOME (FILL(RANDOM) | FILL(CONSTANT))

// d_src sums 4,100 products, one after the other in family lane: of equal ones, all roundings go one way.
#define LONG_SUM 1e-4

static const struct op_case rows[] = {
    {ROW(1, 4, 4, OP_F32, true, false), 1e-5, 0},
    {ROW(7, 20, 12, OP_F32, true, false), 1e-5, 0},
    {ROW(17, 64, 36, OP_F32, false, false), 1e-5, SOME},
    {ROW(3, 1540, 24, OP_F32, true, false), 1e-5, SOME},
    {ROW(5, 24, 260, OP_F32, true, true), 1e-5, SOME},
    {ROW(3, 24, 4100, OP_F32, true, false), LONG_SUM, SOME},
    {ROW(9, 32, 20, OP_BF16, true, false), 1e-2, SOME},
};

const struct op_case_table linear_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                           sizeof rows / sizeof rows[0]};
