// Mean over d, h, w: dst[n][c] = mean of src[n][d][h][w][c]. src is of params.dtype, dst fp32.
#ifndef MOGRAPH_SHADERS_MEAN_VOXELS_MEAN_VOXELS_H
#define MOGRAPH_SHADERS_MEAN_VOXELS_MEAN_VOXELS_H

#include "shaders/op.h"

struct op_mean_voxels {
    enum op_dtype dtype;
    uint32_t n, voxels; // voxels = d h w
    uint32_t c;
    bool accumulate; // backward only: add to d_src
};

// Elements of the scratch `partials` (fp32) follow from op_describe.
#define OP_ARGS_mean_voxels_forward(IN, OUT, INOUT, SCRATCH) IN(src) OUT(dst) SCRATCH(partials)
OP_DECLARE(mean_voxels_forward, struct op_mean_voxels);

// d_src[n][d][h][w][c] = d_dst[n][c] / voxels.
#define OP_ARGS_mean_voxels_backward(IN, OUT, INOUT, SCRATCH) IN(d_dst) OUT(d_src)
OP_DECLARE(mean_voxels_backward, struct op_mean_voxels);

extern const struct op_shapes op_mean_voxels_shapes; // mean_voxels_shapes.c

#endif
