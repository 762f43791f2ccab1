#include "shaders/common/rows_push.h"

PUSH(conv3d_bias) {
    ADDRESS src;     // [voxels][channels]
    ADDRESS records; // [chunks][channels], fp32
    ROWS rows;
}
PUSH_END(conv3d_bias)
