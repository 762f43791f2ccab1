#include "shaders/common/rows_push.h"

PUSH(fourier_backward) {
    ADDRESS pose;
    ADDRESS frequencies;
    ADDRESS d_dst;
    ADDRESS records;
    ROWS rows; // c4: pairs of a sine's and a cosine's four channels
    UINT d, h, w;
    UINT waves4; // groups of four waves
    FLOAT gain;
}
PUSH_END(fourier_backward)
