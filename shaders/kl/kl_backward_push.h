#include "shaders/common/push.h"

PUSH(kl_backward) {
    ADDRESS mu_q;
    ADDRESS log_sigma_q;
    ADDRESS mu_p;
    ADDRESS log_sigma_p;
    ADDRESS d_kl;
    ADDRESS d_mu_q;
    ADDRESS d_log_sigma_q;
    ADDRESS d_mu_p;
    ADDRESS d_log_sigma_p;
    UINT count4;  // groups of four elements
    UINT sample4; // of them in one sample
    UINT c4;
    UINT c_used;
    UINT standard;
    UINT accumulate;
}
PUSH_END(kl_backward)
