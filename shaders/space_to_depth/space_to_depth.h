// Blocks of bd x bh x bw voxels to channels of one voxel, and back; each is the other's backward pass.
//   wide [n][d][h][w][c]  <->  deep [n][d / bd][h / bh][w / bw][bd bh bw c]
//   deep channel = ((id bh + ih) bw + iw) c + channel,  (id, ih, iw) the place in the block
// The voxels of a block lie one behind the other, whole: the natural order of NDHWC, and channels stay
// groups of four. PyTorch's pixel_unshuffle orders ((channel bd + id) bh + ih) bw + iw instead.
#ifndef MOGRAPH_SHADERS_SPACE_TO_DEPTH_SPACE_TO_DEPTH_H
#define MOGRAPH_SHADERS_SPACE_TO_DEPTH_SPACE_TO_DEPTH_H

#include "shaders/op.h"

struct op_space_to_depth {
    enum op_dtype dtype;
    uint32_t n, d, h, w, c; // of the wide tensor, in both directions
    uint32_t bd, bh, bw;    // 1 to 4 each, divisors of d, h and w
};

// Nothing may overlap.
#define OP_ARGS_space_to_depth(IN, OUT, INOUT, SCRATCH) IN(wide) OUT(deep)
OP_DECLARE(space_to_depth, struct op_space_to_depth);

// Nothing may overlap.
#define OP_ARGS_depth_to_space(IN, OUT, INOUT, SCRATCH) IN(deep) OUT(wide)
OP_DECLARE(depth_to_space, struct op_space_to_depth);

// space_to_depth_shapes.c
extern const struct op_shapes op_space_to_depth_shapes;       // both directions
extern const struct op_shapes op_space_to_depth_bench_shapes; // one each
extern const struct op_shapes op_depth_to_space_bench_shapes;

#endif
