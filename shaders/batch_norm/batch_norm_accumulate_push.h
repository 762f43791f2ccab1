#include "shaders/common/push.h"

PUSH(batch_norm_accumulate) {
    ADDRESS records;
    ADDRESS src; // its first row is what the records' means are relative to
    ADDRESS mean;
    ADDRESS m2;
    ADDRESS count;
    UINT chunks;
    UINT c4;
}
PUSH_END(batch_norm_accumulate)
