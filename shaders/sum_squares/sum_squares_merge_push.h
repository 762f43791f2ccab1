#include "shaders/common/push.h"

PUSH(sum_squares_merge) {
    ADDRESS src; // [count]
    ADDRESS dst; // [ceil(count / FAN)]
    UINT count;
}
PUSH_END(sum_squares_merge)
