#include "shaders/common/push.h"

PUSH(conv_transpose) {
    ADDRESS src; // [tap][a][b]
    ADDRESS dst; // [tap][b][a]
    UINT taps;
    UINT a;
    UINT b;
}
PUSH_END(conv_transpose)
