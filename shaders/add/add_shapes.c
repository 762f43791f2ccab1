// Shapes of sums of two tensors.
#include "shaders/add/add.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_add, __VA_ARGS__)

static const struct op_shape rows[] = {
    {ROW(.count = 4), .tolerance = 1e-6},
    {ROW(.count = 1028, .alpha = -0.5f), .tolerance = 1e-6},
    {ROW(.count = 32772), .tolerance = 1e-6},
    {ROW(.count = 1000004, .alpha = 0.25f), .tolerance = 1e-6},
    {ROW(.dtype = OP_BF16, .count = 4), .tolerance = 1e-2},
    {ROW(.dtype = OP_BF16, .count = 1028, .alpha = 2.0f), .tolerance = 1e-2},
    {ROW(.count = 1000), .uses = OP_DOCTOR},
    {ROW(.count = 1000, .alpha = -0.5f), .uses = OP_DOCTOR},
    {ROW(.dtype = OP_BF16, .count = 1000), .uses = OP_DOCTOR},
    {ROW(.count = OP_WIDE_COUNT), .uses = OP_BENCH, .label = OP_WIDE},
};

const struct op_shapes op_add_shapes = {OP_SHAPES(rows)};
