#include "shaders/common/push.h"

PUSH(reduce) {
    ADDRESS src;
    ADDRESS partials; // [parts]
    UINT count4;      // groups of four elements
    UINT parts;
}
PUSH_END(reduce)
