#include "shaders/common/push.h"

PUSH(conv_weight) {
    ADDRESS big;      // [n][big_d][big_h][big_w][A]
    ADDRESS small;    // [n][small_d][small_h][small_w][B]
    ADDRESS partials; // [parts][tap][A][B]
    ADDRESS zeros;    // as many zeros as a voxel has channels
    UINT n;
    UINT big_d;
    UINT big_h;
    UINT big_w;
    UINT small_d;
    UINT small_h;
    UINT small_w;
    UINT parts; // equal runs of the small grid: of its rows n, d, h (family lane), of slabs of voxels (tile)
}
PUSH_END(conv_weight)
