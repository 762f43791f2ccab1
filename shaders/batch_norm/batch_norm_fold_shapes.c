// Shapes of folding batch normalisation into a convolution.
#include "shaders/batch_norm/batch_norm.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_batch_norm_fold, __VA_ARGS__)

// 2e-6: Vulkan lets a division be 2.5 units in the last place off, and a root; an H200 uses some of that
// (1.1e-6).
static const struct op_shape rows[] = {
    {ROW(.taps = 1, .cin = 4, .cout = 4), .tolerance = 2e-6},
    {ROW(.taps = 1, .cin = 4, .cout = 4, .has_bias = true), .tolerance = 2e-6},
    {ROW(.taps = 27, .cin = 12, .cout = 20, .eps = 1e-3f, .has_bias = true), .tolerance = 2e-6},
    {ROW(.taps = 64, .cin = 32, .cout = 64, .has_bias = true), .tolerance = 2e-6},
    {ROW(.taps = 8, .cin = 8, .cout = 516), .tolerance = 2e-6},
    {ROW(.taps = 64, .cin = 8, .cout = 12, .has_bias = true), .uses = OP_DOCTOR},
    {ROW(.taps = 27, .cin = 16, .cout = 8, .eps = 1e-3f), .uses = OP_DOCTOR},
};

const struct op_shapes op_batch_norm_fold_shapes = {OP_SHAPES(rows)};
