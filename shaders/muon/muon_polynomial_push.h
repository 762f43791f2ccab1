#include "shaders/common/push.h"

PUSH(muon_polynomial) {
    ADDRESS gram;
    ADDRESS square;
    ADDRESS dst;
    UINT n;
    FLOAT a;
    FLOAT b;
    FLOAT c;
}
PUSH_END(muon_polynomial)
