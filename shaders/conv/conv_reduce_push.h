#include "shaders/common/push.h"

PUSH(conv_reduce) {
    ADDRESS partials; // [parts][taps][a][b]
    ADDRESS dst;      // [taps][a][b], with SWAP [taps][b][a]
    UINT parts;
    UINT taps;
    UINT a;
    UINT b;
}
PUSH_END(conv_reduce)
