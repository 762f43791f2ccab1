// Shapes of space_to_depth and depth_to_space.
#include "shaders/op_shapes.h"
#include "shaders/space_to_depth/space_to_depth.h"

#define ROW(...) OP_PARAMS(struct op_space_to_depth, __VA_ARGS__)
#define SIZE(n_, d_, h_, w_, c_) .n = (n_), .d = (d_), .h = (h_), .w = (w_), .c = (c_)
#define BLOCK(d_, h_, w_) .bd = (d_), .bh = (h_), .bw = (w_)

static const struct op_shape rows[] = {
    {ROW(SIZE(1, 1, 1, 1, 4), BLOCK(1, 1, 1)), .tolerance = 1e-7},
    {ROW(SIZE(1, 2, 2, 2, 4), BLOCK(2, 2, 2)), .tolerance = 1e-7},
    {ROW(SIZE(2, 3, 5, 7, 12), BLOCK(1, 1, 1)), .tolerance = 1e-7},
    {ROW(SIZE(3, 4, 6, 10, 8), BLOCK(2, 3, 1)), .tolerance = 1e-7},
    {ROW(SIZE(2, 3, 8, 12, 4), BLOCK(3, 4, 4)), .tolerance = 1e-7},
    {ROW(SIZE(1, 8, 32, 64, 4), BLOCK(2, 4, 4)), .tolerance = 1e-7},
    {ROW(SIZE(2, 4, 34, 66, 20), BLOCK(1, 2, 2)), .tolerance = 1e-7},
    {ROW(.dtype = OP_BF16, SIZE(1, 1, 1, 1, 4), BLOCK(1, 1, 1)), .tolerance = 1e-7},
    {ROW(.dtype = OP_BF16, SIZE(2, 4, 6, 12, 12), BLOCK(4, 3, 2)), .tolerance = 1e-7},
    {ROW(SIZE(2, 4, 6, 8, 4), BLOCK(2, 2, 2)), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, SIZE(1, 2, 8, 12, 4), BLOCK(1, 4, 3)), .uses = OP_DOCTOR},
};

const struct op_shapes op_space_to_depth_shapes = {OP_SHAPES(rows)};

static const struct op_shape forth_rows[] = {
    {ROW(SIZE(1, 32, 128, 128, 4), BLOCK(2, 2, 2)), .uses = OP_BENCH,
     .label = "2x2x2 blocks of 32x128x128x4"},
};

const struct op_shapes op_space_to_depth_bench_shapes = {OP_SHAPES(forth_rows)};

static const struct op_shape back_rows[] = {
    {ROW(SIZE(1, 32, 128, 128, 4), BLOCK(2, 2, 2)), .uses = OP_BENCH,
     .label = "2x2x2 blocks to 32x128x128x4"},
};

const struct op_shapes op_depth_to_space_bench_shapes = {OP_SHAPES(back_rows)};
