#include "shaders/common/rows_push.h"

PUSH(batch_norm_apply) {
    ADDRESS src;
    ADDRESS gamma;
    ADDRESS beta;
    ADDRESS mean;
    ADDRESS spread;
    ADDRESS dst;
    ROWS rows;
    FLOAT eps;
    FLOAT slope;
}
PUSH_END(batch_norm_apply)
