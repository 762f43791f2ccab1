#include "shaders/common/push.h"

PUSH(space_to_depth) {
    ADDRESS wide;
    ADDRESS deep;
    UINT lines; // n x deep d x deep h
    UINT h;     // deep sizes
    UINT w;
    UINT c4; // of a wide voxel
    UINT bd;
    UINT bh;
    UINT bw;
}
PUSH_END(space_to_depth)
