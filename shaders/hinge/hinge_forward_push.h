#include "shaders/common/rows_push.h"

PUSH(hinge_forward) {
    ADDRESS x;
    ADDRESS anchors; // struct hinge_anchors, or 0 without lecam
    ADDRESS records;
    ROWS rows; // of four channels: chunks of groups of four elements
    UINT c4;
    UINT c_used;
}
PUSH_END(hinge_forward)
