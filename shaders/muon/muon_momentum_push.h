#include "shaders/common/push.h"

PUSH(muon_momentum) {
    ADDRESS clip;
    ADDRESS grad;
    ADDRESS m;
    ADDRESS x;
    UINT count4; // groups of four parameters
    FLOAT momentum;
}
PUSH_END(muon_momentum)
