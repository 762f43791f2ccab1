#include "shaders/common/push.h"

PUSH(muon_normalise) {
    ADDRESS gram;
    ADDRESS normal;
    ADDRESS inverse; // [4]
    UINT n;
}
PUSH_END(muon_normalise)
