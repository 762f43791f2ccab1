// FiLM (Perez et al. 2018): scale and shift per clip and channel.
//   dst = src (1 + scale[n][c]) + shift[n][c]
// so that zeros, where a fresh linear layer starts, change nothing. src and dst are [n][d][h][w][c] of
// params.dtype; scale, shift and their gradients [n][c] fp32.
#ifndef MOGRAPH_SHADERS_FILM_FILM_H
#define MOGRAPH_SHADERS_FILM_FILM_H

#include "shaders/op.h"

struct op_film {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
};

// dst may be src when no backward pass follows.
#define OP_ARGS_film_forward(IN, OUT, INOUT, SCRATCH) IN(src) IN(scale) IN(shift) OUT(dst)
OP_DECLARE(film_forward, struct op_film);

// d_src = d_dst (1 + scale), d_scale = sum over voxels of d_dst src, d_shift = sum over voxels of d_dst.
// src is the forward input. d_src may be d_dst. Elements of the scratch `partials` (fp32) follow from
// op_describe.
#define OP_ARGS_film_backward(IN, OUT, INOUT, SCRATCH)                                                       \
    IN(src) IN(scale) IN(d_dst) OUT(d_src) OUT(d_scale) OUT(d_shift) SCRATCH(partials)
OP_DECLARE(film_backward, struct op_film);

extern const struct op_shapes op_film_shapes; // film_shapes.c

#endif
