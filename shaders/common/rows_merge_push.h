#include "shaders/common/push.h"

// One level of a reduction: src [groups][chunks][width4] to dst [groups][merged][width4], OP_ROWS_FAN to one.
PUSH(rows_merge) {
    ADDRESS src;
    ADDRESS dst;
    UINT groups;
    UINT chunks;
    UINT merged;
    UINT width4; // groups of four floats in a record
}
PUSH_END(rows_merge)
