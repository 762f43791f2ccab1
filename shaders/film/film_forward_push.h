#include "shaders/common/rows_push.h"

PUSH(film_forward) {
    ADDRESS src;
    ADDRESS scale;
    ADDRESS shift;
    ADDRESS dst;
    ROWS rows;
}
PUSH_END(film_forward)
