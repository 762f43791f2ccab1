// Blocks of bd x bh x bw voxels to channels of one voxel, and back; each is the other's backward pass.
//   wide [n][d][h][w][c]  <->  deep [n][d / bd][h / bh][w / bw][bd bh bw c]
//   deep channel = ((id bh + ih) bw + iw) c + channel,  (id, ih, iw) the place in the block
// The voxels of a block lie one behind the other, whole: the natural order of NDHWC, and channels stay groups
// of four. PyTorch's pixel_unshuffle orders ((channel bd + id) bh + ih) bw + iw instead.
#ifndef MOGRAPH_SHADERS_SPACE_TO_DEPTH_SPACE_TO_DEPTH_H
#define MOGRAPH_SHADERS_SPACE_TO_DEPTH_SPACE_TO_DEPTH_H

#include "shaders/op.h"

struct op_space_to_depth {
    enum op_dtype dtype;
    uint32_t n, d, h, w, c; // of the wide tensor, in both directions
    uint32_t bd, bh, bw;    // 1 to 4 each, divisors of d, h and w
};

// Nothing may overlap.
void op_space_to_depth(struct op_recorder *recorder, const struct op_space_to_depth *params,
                       struct rt_buffer wide, struct rt_buffer deep);
void op_depth_to_space(struct op_recorder *recorder, const struct op_space_to_depth *params,
                       struct rt_buffer deep, struct rt_buffer wide);

#endif
