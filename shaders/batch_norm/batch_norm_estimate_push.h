#include "shaders/common/push.h"

PUSH(batch_norm_estimate) {
    ADDRESS mean;
    ADDRESS m2;
    ADDRESS count;
    ADDRESS running_mean;
    ADDRESS running_var;
    UINT c4;
}
PUSH_END(batch_norm_estimate)
