#include "shaders/common/push.h"

PUSH(conv3d_bias) {
    ADDRESS src;      // [voxels][channels]
    ADDRESS partials; // [chunks][channels], fp32
    UINT voxels;
    UINT channels;
    UINT chunks;
}
PUSH_END(conv3d_bias)
