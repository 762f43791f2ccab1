#include "shaders/common/rows_push.h"

PUSH(mean_voxels_forward) {
    ADDRESS src;
    ADDRESS records;
    ROWS rows;
}
PUSH_END(mean_voxels_forward)
