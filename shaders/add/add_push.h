#include "shaders/common/push.h"

PUSH(add) {
    ADDRESS a;
    ADDRESS b;
    ADDRESS dst;
    UINT count4; // groups of four elements
    FLOAT alpha;
}
PUSH_END(add)
