#include "shaders/common/rows_push.h"

PUSH(kl_forward) {
    ADDRESS mu_q;
    ADDRESS log_sigma_q;
    ADDRESS mu_p;        // or the zero buffer when standard
    ADDRESS log_sigma_p; // or the zero buffer when standard
    ADDRESS records;
    ROWS rows;
    UINT c_used;
    UINT standard;
}
PUSH_END(kl_forward)
