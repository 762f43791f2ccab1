// Shapes of fully connected layers.
#include "shaders/linear/linear.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_linear, __VA_ARGS__)

#define SOME (OP_FILL(RANDOM) | OP_FILL(CONSTANT))

// d_src sums 4,100 products, one after the other in family lane: of equal ones, all roundings go one way.
#define LONG_SUM 1e-4

static const struct op_shape rows[] = {
    {ROW(.rows = 1, .cin = 4, .cout = 4, .has_bias = true), .tolerance = 1e-5},
    {ROW(.rows = 7, .cin = 20, .cout = 12, .has_bias = true), .tolerance = 1e-5},
    {ROW(.rows = 17, .cin = 64, .cout = 36), .tolerance = 1e-5, .fills = SOME},
    {ROW(.rows = 3, .cin = 1540, .cout = 24, .has_bias = true), .tolerance = 1e-5, .fills = SOME},
    {ROW(.rows = 5, .cin = 24, .cout = 260, .has_bias = true, .accumulate = true), .tolerance = 1e-5,
     .fills = SOME},
    {ROW(.rows = 3, .cin = 24, .cout = 4100, .has_bias = true), .tolerance = LONG_SUM, .fills = SOME},
    {ROW(.rows = 9, .cin = 32, .cout = 20, .dtype = OP_BF16, .has_bias = true), .tolerance = 1e-2,
     .fills = SOME},
    {ROW(.rows = 8, .cin = 64, .cout = 24, .has_bias = true), .uses = OP_DOCTOR},
    {ROW(.rows = 3, .cin = 20, .cout = 100), .uses = OP_DOCTOR},
    {ROW(.rows = 8, .cin = 32, .cout = 16, .dtype = OP_BF16, .has_bias = true), .uses = OP_DOCTOR},
    {ROW(.rows = 16, .cin = 512, .cout = 2048), .uses = OP_BENCH, .label = "16 rows, 512->2048"},
};

const struct op_shapes op_linear_shapes = {OP_SHAPES(rows)};
