#include "shaders/common/push.h"

PUSH(conv_weight) {
    ADDRESS big;      // [n][big_d][big_h][big_w][A]
    ADDRESS small;    // [n][small_d][small_h][small_w][B]
    ADDRESS partials; // [parts][tap][A][B]
    ADDRESS zeros;    // family coop: as many zeros as a voxel has channels
    UINT n;
    UINT big_d;
    UINT big_h;
    UINT big_w;
    UINT small_d;
    UINT small_h;
    UINT small_w;
    UINT parts; // the small grid's voxels (family lane: rows n, d, h) are dealt to parts in equal runs
}
PUSH_END(conv_weight)
