// Shapes of sums of squares: one part, one past a part's run, one past a fan of parts, and all levels.
#include "shaders/op_shapes.h"
#include "shaders/sum_squares/sum_squares.h"

#define ROW(...) OP_PARAMS(struct op_sum_squares, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.count = 4), .tolerance = 1e-6},
    {ROW(.count = 260), .tolerance = 1e-6},
    {ROW(.count = 8196), .tolerance = 1e-6},
    {ROW(.count = 10012), .tolerance = 1e-6},
    {ROW(.count = 300004), .tolerance = 1e-6},
    {ROW(.count = 5000), .uses = OP_DOCTOR},
    {ROW(.count = OP_MODEL_PARAMETERS), .uses = OP_BENCH, .label = "squares of 4 Mi parameters"},
};

const struct op_shapes op_sum_squares_shapes = {OP_SHAPES(rows)};
