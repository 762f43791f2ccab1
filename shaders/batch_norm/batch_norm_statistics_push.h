#include "shaders/common/rows_push.h"

PUSH(batch_norm_statistics) {
    ADDRESS src;
    ADDRESS records;
    ROWS rows;
}
PUSH_END(batch_norm_statistics)
