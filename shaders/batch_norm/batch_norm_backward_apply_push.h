#include "shaders/common/rows_push.h"

PUSH(batch_norm_backward_apply) {
    ADDRESS src;
    ADDRESS gamma;
    ADDRESS beta;
    ADDRESS mean;
    ADDRESS spread;
    ADDRESS d_dst;
    ADDRESS sums; // [sum of d x_hat: c][sum of d: c]
    ADDRESS d_src;
    ROWS rows;
    FLOAT eps;
    FLOAT slope;
}
PUSH_END(batch_norm_backward_apply)
