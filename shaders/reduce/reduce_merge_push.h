#include "shaders/common/push.h"

PUSH(reduce_merge) {
    ADDRESS src; // [count]
    ADDRESS dst; // [ceil(count / FAN)]
    UINT count;
    FLOAT factor; // of the results
}
PUSH_END(reduce_merge)
