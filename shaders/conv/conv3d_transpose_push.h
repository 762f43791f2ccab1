#include "shaders/common/push.h"

PUSH(conv3d_transpose) {
    ADDRESS src; // [tap][a][b]
    ADDRESS dst; // [tap][b][a]
    UINT taps;
    UINT a;
    UINT b;
}
PUSH_END(conv3d_transpose)
