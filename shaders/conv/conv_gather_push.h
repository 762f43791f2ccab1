#include "shaders/common/push.h"

// Forward convolution (big -> small) and its transpose (small -> big), see conv_gather.glsl.
PUSH(conv_gather) {
    ADDRESS src;    // [n][src_d][src_h][src_w][A]
    ADDRESS weight; // [tap][A][B]
    ADDRESS bias;   // [B], 0 without
    ADDRESS dst;    // [n][dst_d][dst_h][dst_w][B]
    ADDRESS zeros;  // as many zeros as a voxel has channels
    // Of fused convolutions (conv_epilogue.h):
    ADDRESS residual; // as dst
    ADDRESS scale;    // [n][film channels]
    ADDRESS shift;
    UINT n;
    UINT src_d;
    UINT src_h;
    UINT src_w;
    UINT dst_d;
    UINT dst_h;
    UINT dst_w;
    UINT tiles_per_class; // voxel tiles of the largest parity class
    UINT splits; // family tile: workgroups that share one sum; with more than 1, dst is [splits][..][B], fp32
}
PUSH_END(conv_gather)
