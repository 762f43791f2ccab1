#include "shaders/common/push.h"

PUSH(muon_product) {
    ADDRESS table; // struct muon_matrix [matrices + 1]
    ADDRESS left;
    ADDRESS right;
    ADDRESS dst;
    ADDRESS second_left; // POWER: of a second product with the same `right`, 0: there is none
    ADDRESS second_dst;
    ADDRESS hyper;     // DIRECTION: struct optimiser_hyper
    ADDRESS grad_clip; // struct grad_clip_result
    ADDRESS inverse;   // [matrices]
    ADDRESS ema;       // 0 without
    UINT matrices;
    UINT tiles; // of one product of all matrices
    FLOAT a;    // POLYNOMIAL
    FLOAT b;
    FLOAT c;
    FLOAT weight_decay; // DIRECTION
}
PUSH_END(muon_product)
