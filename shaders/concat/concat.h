// Channels side by side, and apart again; each is the other's backward pass.
//   concat: whole[row][0 .. ca) = a[row],  whole[row][ca .. ca + cb) = b[row]
//   split:  a[row] = whole[row][0 .. ca),  b[row] = whole[row][ca .. ca + cb)
// Tensors are [n][d][h][w][...] of params.dtype. Nothing may overlap.
#ifndef MOGRAPH_SHADERS_CONCAT_CONCAT_H
#define MOGRAPH_SHADERS_CONCAT_CONCAT_H

#include "shaders/op.h"

struct op_concat {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w; 1 for vectors [n][c]
    uint32_t ca, cb;    // channels of a and b, multiples of 4
};

// Backward: split of the gradient of whole into those of a and b.
#define OP_ARGS_concat(IN, OUT, INOUT, SCRATCH) IN(a) IN(b) OUT(whole)
OP_DECLARE(concat, struct op_concat);

// Backward: concat of the gradients of a and b into that of whole.
#define OP_ARGS_split(IN, OUT, INOUT, SCRATCH) IN(whole) OUT(a) OUT(b)
OP_DECLARE(split, struct op_concat);

extern const struct op_shapes op_concat_shapes; // concat_shapes.c

#endif
