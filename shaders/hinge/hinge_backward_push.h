#include "shaders/common/push.h"

PUSH(hinge_backward) {
    ADDRESS x;
    ADDRESS anchors;  // struct hinge_anchors, or 0 without lecam
    ADDRESS d_result; // f32[2], the first members of struct hinge_result
    ADDRESS d_x;
    UINT count4; // groups of four elements
    UINT c4;
    UINT c_used;
    UINT accumulate;
    FLOAT inv_count; // 1 / elements that count
}
PUSH_END(hinge_backward)
