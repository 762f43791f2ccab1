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
void op_film_forward(struct op_recorder *recorder, const struct op_film *params, struct rt_buffer src,
                     struct rt_buffer scale, struct rt_buffer shift, struct rt_buffer dst);

// d_src = d_dst (1 + scale), d_scale = sum over voxels of d_dst src,
// d_shift = sum over voxels of d_dst. src is the forward input. d_src may be d_dst.
// Elements of the scratch `partials` (fp32) follow from op_describe.
void op_film_backward(struct op_recorder *recorder, const struct op_film *params, struct rt_buffer src,
                      struct rt_buffer scale, struct rt_buffer d_dst, struct rt_buffer d_src,
                      struct rt_buffer d_scale, struct rt_buffer d_shift, struct rt_buffer partials);

#endif
