// Channels side by side, and apart again; each is the other's backward pass.
//   concat: dst[row][0 .. ca) = a[row],  dst[row][ca .. ca + cb) = b[row]
//   split:  a[row] = src[row][0 .. ca),  b[row] = src[row][ca .. ca + cb)
// Tensors are [n][d][h][w][...] of params.dtype. Nothing may overlap.
#ifndef MOGRAPH_SHADERS_CONCAT_CONCAT_H
#define MOGRAPH_SHADERS_CONCAT_CONCAT_H

#include "shaders/op.h"

struct op_concat {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w; 1 for vectors [n][c]
    uint32_t ca, cb;    // channels of a and b, multiples of 4
};

// Backward: op_split of d_dst into d_a and d_b.
void op_concat(struct op_recorder *recorder, const struct op_concat *params, struct rt_buffer a,
               struct rt_buffer b, struct rt_buffer dst);

// Backward: op_concat of d_a and d_b into d_src.
void op_split(struct op_recorder *recorder, const struct op_concat *params, struct rt_buffer src,
              struct rt_buffer a, struct rt_buffer b);

#endif
