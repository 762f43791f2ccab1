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
void op_embedding_forward(struct op_recorder *recorder, const struct op_embedding *params,
                          struct rt_buffer table, struct rt_buffer ids, struct rt_buffer dst);

// d_table[classes][dim] = the sum of d_dst[n][dim] over the samples of the class, in their order; 0 for a
// class without any. Ids that are not below `classes` add nothing.
void op_embedding_backward(struct op_recorder *recorder, const struct op_embedding *params,
                           struct rt_buffer ids, struct rt_buffer d_dst, struct rt_buffer d_table);

#endif
