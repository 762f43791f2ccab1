#include "shaders/common/rows_push.h"

PUSH(mean_voxels_backward) {
    ADDRESS d_dst;
    ADDRESS d_src;
    ROWS rows;
}
PUSH_END(mean_voxels_backward)
