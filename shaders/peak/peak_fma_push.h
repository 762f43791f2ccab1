#include "shaders/common/push.h"

PUSH(peak_fma) {
    ADDRESS src;
    ADDRESS dst;
    UINT count;
    UINT rounds; // of 16 steps each
}
PUSH_END(peak_fma)
