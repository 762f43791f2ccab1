#include "shaders/common/push.h"

PUSH(hinge_track) {
    ADDRESS real;    // struct hinge_result
    ADDRESS fake;    // struct hinge_result
    ADDRESS anchors; // struct hinge_anchors
    FLOAT decay;
}
PUSH_END(hinge_track)
