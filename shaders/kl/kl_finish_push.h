#include "shaders/common/push.h"

PUSH(kl_finish) {
    ADDRESS sums;     // [n][c]
    ADDRESS kl;       // [n]
    ADDRESS channels; // [c], or 0
    UINT n;
    UINT c;
}
PUSH_END(kl_finish)
