// FiLM (Perez et al. 2018): scale and shift per clip and channel.
//   dst = f(src (1 + scale[n][c]) + shift[n][c])
// so that zeros, where a fresh linear layer starts, change nothing. f is SiLU, applied in the same pass, or
// nothing. src and dst are [n][d][h][w][c] of params.dtype; scale, shift and their gradients [n][c] fp32.
#ifndef MOGRAPH_SHADERS_FILM_FILM_H
#define MOGRAPH_SHADERS_FILM_FILM_H

#include "shaders/op.h"

struct op_film {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
    bool silu; // f
};

// dst may be src when no backward pass follows.
#define OP_ARGS_film_forward(IN, OUT, INOUT, SCRATCH) IN(src) IN(scale) IN(shift) OUT(dst)
OP_DECLARE(film_forward, struct op_film);

// With d = d_dst f': d_src = d (1 + scale), d_scale = sum over voxels of d src, d_shift = sum over voxels of
// d. src is the forward input, from which f' is computed again; shift is absent without silu. d_src may be
// d_dst. Elements of the scratch `partials` (fp32) follow from op_describe.
#define OP_ARGS_film_backward(IN, OUT, INOUT, SCRATCH)                                                       \
    IN(src) IN(scale) IN(shift) IN(d_dst) OUT(d_src) OUT(d_scale) OUT(d_shift) SCRATCH(partials)
OP_DECLARE(film_backward, struct op_film);

extern const struct op_shapes op_film_shapes; // film_shapes.c

#endif
