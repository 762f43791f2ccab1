#include "shaders/common/push.h"

PUSH(muon_normalise) {
    ADDRESS table; // struct muon_matrix [matrices + 1]
    ADDRESS gram;
    ADDRESS normal;
    ADDRESS inverse; // [matrices]
    UINT matrices;
}
PUSH_END(muon_normalise)
