#include "shaders/common/push.h"

PUSH(muon_turn) {
    ADDRESS table; // struct muon_matrix [matrices + 1]
    ADDRESS x;
    ADDRESS turned;
    UINT matrices;
    UINT count4; // groups of four floats of `turned`
}
PUSH_END(muon_turn)
