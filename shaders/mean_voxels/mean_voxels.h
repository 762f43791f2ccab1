// Mean over d, h, w: dst[n][c] = mean of src[n][d][h][w][c]. src is of params.dtype, dst fp32.
#ifndef MOGRAPH_SHADERS_MEAN_VOXELS_MEAN_VOXELS_H
#define MOGRAPH_SHADERS_MEAN_VOXELS_MEAN_VOXELS_H

#include "shaders/op.h"

struct op_mean_voxels {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
};

// Elements of the scratch `partials` (fp32) follow from op_describe.
void op_mean_voxels_forward(struct op_recorder *recorder, const struct op_mean_voxels *params,
                            struct rt_buffer src, struct rt_buffer dst, struct rt_buffer partials);

// d_src[n][d][h][w][c] = d_dst[n][c] / voxels.
void op_mean_voxels_backward(struct op_recorder *recorder, const struct op_mean_voxels *params,
                             struct rt_buffer d_dst, struct rt_buffer d_src);

#endif
