// Shapes on which 3D convolution is tested.
#include "shaders/conv3d/conv3d.h"
#include "tests/ops/cases.h"

static const enum op_id ids[] = {OP_conv3d_forward, OP_conv3d_backward_input, OP_conv3d_backward_weight};

// n, d, h, w, cin, cout, one kernel, stride and padding for all axes
#define ROW(n, d, h, w, cin, cout, k, s, p, dtype, bias)                                                     \
    &(const struct op_conv3d) {                                                                              \
        n, {d, h, w}, cin, cout, {k, k, k}, {s, s, s}, {p, p, p}, dtype, bias, false                         \
    }

#define SOME (FILL(RANDOM) | FILL(ONE_HOT))

static const struct op_case rows[] = {
    // The smallest, and every kernel, stride and padding once.
    {ROW(1, 1, 1, 1, 4, 4, 1, 1, 0, OP_F32, true), 1e-5, 0},
    {ROW(2, 3, 4, 5, 4, 4, 1, 1, 0, OP_F32, false), 1e-5, SOME},
    {ROW(1, 3, 5, 7, 8, 4, 2, 1, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 4, 5, 6, 4, 8, 2, 2, 0, OP_F32, true), 1e-5, SOME},
    {ROW(2, 3, 7, 5, 12, 20, 3, 1, 1, OP_F32, true), 1e-5, 0},
    {ROW(1, 5, 7, 9, 8, 12, 3, 2, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 3, 5, 5, 4, 4, 3, 1, 2, OP_F32, true), 1e-5, SOME},
    {ROW(1, 3, 3, 3, 4, 4, 3, 1, 0, OP_F32, true), 1e-5, SOME},
    {ROW(2, 4, 6, 8, 16, 8, 4, 2, 1, OP_F32, true), 1e-5, 0},
    {ROW(1, 5, 7, 11, 8, 8, 4, 2, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 4, 4, 5, 4, 8, 4, 1, 3, OP_F32, true), 1e-5, SOME},
    {ROW(1, 5, 5, 5, 4, 4, 4, 2, 3, OP_F32, true), 1e-5, SOME},
    // A stride that leaves a border unread, and one past tiles of 16, 32, 64 and 128.
    {ROW(1, 6, 6, 6, 4, 4, 3, 2, 0, OP_F32, false), 1e-5, SOME},
    {ROW(1, 1, 1, 17, 16, 36, 1, 1, 0, OP_F32, false), 1e-5, SOME},
    {ROW(1, 1, 5, 13, 20, 68, 3, 1, 1, OP_F32, true), 1e-5, SOME},
    {ROW(1, 1, 3, 43, 64, 16, 1, 1, 0, OP_F32, true), 1e-5, SOME},
    {ROW(3, 4, 8, 8, 32, 32, 4, 2, 1, OP_F32, false), 1e-5, SOME},
    {ROW(1, 4, 16, 16, 32, 64, 3, 1, 1, OP_F32, true), 1e-5, FILL(RANDOM)},
    // bf16 storage.
    {ROW(2, 3, 7, 5, 12, 20, 3, 1, 1, OP_BF16, true), 1e-2, 0},
    {ROW(1, 4, 6, 10, 16, 36, 4, 2, 1, OP_BF16, false), 1e-2, SOME},
    // Different along each axis; accumulating gradients.
    {&(const struct op_conv3d){2, {5, 4, 7}, 8, 8, {1, 3, 4}, {1, 2, 2}, {0, 1, 2}, OP_F32, true, false},
     1e-5, SOME},
    {&(const struct op_conv3d){1, {4, 6, 5}, 8, 12, {4, 2, 3}, {2, 1, 2}, {1, 0, 1}, OP_F32, true, true},
     1e-5, SOME},
};

const struct op_case_table conv3d_cases = {ids, sizeof ids / sizeof ids[0], rows,
                                           sizeof rows / sizeof rows[0]};
