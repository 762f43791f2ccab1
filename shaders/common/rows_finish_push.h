#include "shaders/common/push.h"

PUSH(rows_finish) {
    ADDRESS src;    // [groups][chunks][width4]
    ADDRESS total;  // [groups][width4], or 0
    ADDRESS first;  // [groups][first4]
    ADDRESS second; // [groups][width4 - first4]
    UINT groups;
    UINT chunks;
    UINT width4;
    UINT first4;
    UINT accumulate;
    FLOAT factor;
}
PUSH_END(rows_finish)
