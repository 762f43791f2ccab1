// Shapes of the cross-entropy.
#include "shaders/op_shapes.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"

#define ROW(...) OP_PARAMS(struct op_softmax_cross_entropy, __VA_ARGS__)

// Of seven samples, in the backward pass, one has a label that does not exist, see prepare_labels().
static const struct op_shape rows[] = {
    {ROW(.n = 1, .classes = 1), .tolerance = 1e-5},
    {ROW(.n = 1, .classes = 6), .tolerance = 1e-5},
    {ROW(.n = 7, .classes = 1, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 8, .classes = 6), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(.n = 7, .classes = 17, .accumulate = true), .tolerance = 1e-5, .uses = OP_TEST | OP_DOCTOR},
    {ROW(.n = 3, .classes = 1031), .tolerance = 1e-5},
    {ROW(.n = 257, .classes = 6), .tolerance = 1e-5},
    {ROW(.n = 129, .classes = 13, .accumulate = true), .tolerance = 1e-5},
    {ROW(.n = 16, .classes = 6), .uses = OP_BENCH, .label = "16 clips, 6 kinds"},
};

// Of five samples, in the forward pass, one has a label that does not exist: a loss of NaN, which a gradient
// check could not take.
static const struct op_shape unknown[] = {{ROW(.n = 5, .classes = 6), .tolerance = 1e-5}};

const struct op_shapes op_softmax_cross_entropy_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_softmax_unknown_shapes = {OP_SHAPES(unknown)};
