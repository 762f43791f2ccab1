#include "shaders/common/push.h"

PUSH(hinge_track) {
    ADDRESS real;
    ADDRESS fake;
    ADDRESS anchors;
    FLOAT decay;
}
PUSH_END(hinge_track)
