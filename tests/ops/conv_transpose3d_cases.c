// Shapes on which 3D transposed convolution is tested.
#include "shaders/conv_transpose3d/conv_transpose3d.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_conv_transpose3d_forward, OP_conv_transpose3d_backward_input,
                                 OP_conv_transpose3d_backward_weight};

// n, d, h, w, cin, cout, one kernel, stride, padding and output padding for all axes
#define ROW(n, d, h, w, cin, cout, k, s, p, o, dtype, bias)                                                  \
    &(const struct op_conv_transpose3d) {                                                                    \
        n, {d, h, w}, cin, cout, {k, k, k}, {s, s, s}, {p, p, p}, {o, o, o}, dtype, bias, false              \
    }

#define SOME (FILL(RANDOM) | FILL(ONE_HOT))

static const struct op_case rows[] = {
    {ROW(1, 1, 1, 1, 4, 4, 1, 1, 0, 0, OP_F32, true), 1e-5, 0},
    {ROW(1, 1, 1, 1, 4, 4, 4, 2, 1, 0, OP_F32, true), 1e-5, SOME},
    {ROW(2, 2, 3, 5, 12, 8, 2, 2, 0, 0, OP_F32, true), 1e-5, SOME},
    {ROW(1, 3, 2, 3, 4, 12, 2, 2, 1, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 2, 3, 4, 8, 4, 3, 1, 1, 0, OP_F32, false), 1e-5, SOME},
    {ROW(1, 2, 3, 5, 8, 8, 3, 2, 1, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 3, 3, 4, 4, 8, 3, 2, 2, 0, OP_F32, true), 1e-5, SOME},
    {ROW(2, 2, 3, 4, 16, 12, 4, 2, 1, 0, OP_F32, true), 1e-5, 0},
    {ROW(1, 2, 3, 3, 4, 4, 4, 2, 0, 1, OP_F32, true), 1e-5, SOME},
    // A stride past the kernel: outputs that no input reaches.
    {ROW(1, 2, 3, 4, 4, 8, 1, 2, 0, 1, OP_F32, true), 1e-5, SOME},
    // One past tiles of 16, 32 and 64.
    {ROW(1, 1, 1, 17, 20, 36, 4, 2, 1, 0, OP_F32, false), 1e-5, SOME},
    {ROW(1, 1, 3, 11, 68, 68, 2, 2, 0, 0, OP_F32, true), 1e-5, FILL(RANDOM)},
    {ROW(2, 2, 8, 8, 32, 16, 4, 2, 1, 0, OP_F32, true), 1e-5, FILL(RANDOM)},
    {ROW(2, 2, 3, 5, 12, 20, 4, 2, 1, 0, OP_BF16, true), 1e-2, 0},
    {&(const struct op_conv_transpose3d){
         1, {2, 5, 3}, 8, 12, {2, 4, 3}, {1, 2, 2}, {0, 1, 1}, {0, 1, 0}, OP_F32, true, true},
     1e-5, SOME},
};

const struct op_case_table conv_transpose3d_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                                     sizeof rows / sizeof rows[0]};
