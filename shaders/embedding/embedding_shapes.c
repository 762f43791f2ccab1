// Shapes of embeddings.
#include "shaders/embedding/embedding.h"
#include "shaders/op_shapes.h"

#define ROW(...) OP_PARAMS(struct op_embedding, __VA_ARGS__)

// Of seven samples, in the backward pass, one has an id that does not exist, see prepare_ids().
static const struct op_shape rows[] = {
    {ROW(.classes = 1, .dim = 4, .n = 1), .tolerance = 1e-6},
    {ROW(.classes = 1, .dim = 4, .n = 7, .accumulate = true), .tolerance = 1e-6},
    {ROW(.classes = 6, .dim = 12, .n = 7), .tolerance = 1e-6},
    {ROW(.classes = 17, .dim = 4, .n = 11, .accumulate = true), .tolerance = 1e-6},
    {ROW(.classes = 6, .dim = 260, .n = 8), .tolerance = 1e-6},
    {ROW(.classes = 7, .dim = 64, .n = 131, .accumulate = true), .tolerance = 1e-5},
    {ROW(.classes = 257, .dim = 36, .n = 3, .accumulate = true), .tolerance = 1e-6},
    {ROW(.classes = 3, .dim = 1028, .n = 64), .tolerance = 1e-6},
    {ROW(.classes = 6, .dim = 32, .n = 8), .uses = OP_DOCTOR},
    {ROW(.classes = 3, .dim = 4, .n = 17, .accumulate = true), .uses = OP_DOCTOR},
    {ROW(.classes = 6, .dim = 64, .n = 16), .uses = OP_BENCH, .label = "16 of 6 rows, 64 wide"},
};

// Of five samples, in the forward pass, one has an id that does not exist: a row of NaN, which a gradient
// check could not take.
static const struct op_shape unknown[] = {{ROW(.classes = 6, .dim = 12, .n = 5), .tolerance = 1e-6}};

const struct op_shapes op_embedding_shapes = {OP_SHAPES(rows)};
const struct op_shapes op_embedding_unknown_shapes = {OP_SHAPES(unknown)};
