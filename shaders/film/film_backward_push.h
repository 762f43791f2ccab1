#include "shaders/common/rows_push.h"

PUSH(film_backward) {
    ADDRESS src;
    ADDRESS scale;
    ADDRESS shift;
    ADDRESS d_dst;
    ADDRESS d_src;
    ADDRESS records;
    ROWS rows;
}
PUSH_END(film_backward)
