#include "shaders/common/rows_push.h"

PUSH(conv_bias) {
    ADDRESS src;     // [voxels][channels]
    ADDRESS records; // [chunks][channels], fp32
    ROWS rows;
}
PUSH_END(conv_bias)
