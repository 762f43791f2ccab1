#include "shaders/common/rows_push.h"

PUSH(batch_norm_backward_sums) {
    ADDRESS src;
    ADDRESS gamma;
    ADDRESS beta;
    ADDRESS mean;
    ADDRESS spread;
    ADDRESS d_dst;
    ADDRESS d_src; // frozen statistics only
    ADDRESS records;
    ROWS rows;
    FLOAT eps;
    FLOAT slope;
}
PUSH_END(batch_norm_backward_sums)
