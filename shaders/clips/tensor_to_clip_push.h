#include "shaders/common/push.h"

PUSH(tensor_to_clip) {
    ADDRESS src;
    ADDRESS non_finite;
    ADDRESS dst;
    UINT quads; // groups of four voxels
}
PUSH_END(tensor_to_clip)
