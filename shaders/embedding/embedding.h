// A learned row per class. fp32 throughout.
#ifndef MOGRAPH_SHADERS_EMBEDDING_EMBEDDING_H
#define MOGRAPH_SHADERS_EMBEDDING_EMBEDDING_H

#include "shaders/op.h"

struct op_embedding {
    uint32_t classes;
    uint32_t dim; // elements of a row, a multiple of 4
    uint32_t n;
    bool accumulate; // backward only: add to d_table
};

// dst[n][dim] = table[classes][dim] at ids u32[n]. An id that is not below `classes` gives a row of NaN.
#define OP_ARGS_embedding_forward(IN, OUT, INOUT, SCRATCH) IN(table) IN(ids) OUT(dst)
OP_DECLARE(embedding_forward, struct op_embedding);

// d_table[classes][dim] = the sum of d_dst[n][dim] over the samples of the class, in their order; 0 for a
// class without any. Ids that are not below `classes` add nothing.
#define OP_ARGS_embedding_backward(IN, OUT, INOUT, SCRATCH) IN(ids) IN(d_dst) OUT(d_table)
OP_DECLARE(embedding_backward, struct op_embedding);

extern const struct op_shapes op_embedding_shapes; // embedding_shapes.c
extern const struct op_shapes op_embedding_unknown_shapes;

#endif
