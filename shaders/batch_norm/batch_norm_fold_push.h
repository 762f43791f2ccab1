#include "shaders/common/rows_push.h"

PUSH(batch_norm_fold) {
    ADDRESS weight;
    ADDRESS bias; // 0: the convolution has none
    ADDRESS gamma;
    ADDRESS beta;
    ADDRESS running_mean;
    ADDRESS running_var;
    ADDRESS folded_weight;
    ADDRESS folded_bias;
    ROWS rows; // rows: taps x cin, channels: cout
    FLOAT eps;
}
PUSH_END(batch_norm_fold)
