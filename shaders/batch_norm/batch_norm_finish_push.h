#include "shaders/common/push.h"

PUSH(batch_norm_finish) {
    ADDRESS records;
    ADDRESS src; // its first row is what the records' means are relative to
    ADDRESS mean;
    ADDRESS inv_std;
    ADDRESS running_mean;
    ADDRESS running_var;
    UINT chunks;
    UINT c4;
    FLOAT eps;
    FLOAT momentum;
}
PUSH_END(batch_norm_finish)
