#include "shaders/common/push.h"

PUSH(reparameterise_backward) {
    ADDRESS log_sigma;
    ADDRESS temperature;
    ADDRESS eps;
    ADDRESS d_z;
    ADDRESS d_mu;
    ADDRESS d_log_sigma;
    UINT count4; // groups of four elements
    UINT c4;
    UINT c_used;
    UINT tempered;
    UINT accumulate;
}
PUSH_END(reparameterise_backward)
