// Growing arrays: doubled when they are full.
#include "runtime/array.h"

#include <stdlib.h>

bool rt_array_reserve(void **array, uint32_t count, uint32_t *capacity, size_t item_bytes) {
    if (count < *capacity)
        return true;
    uint32_t wanted = *capacity ? *capacity * 2 : 64;
    void *grown = realloc(*array, wanted * item_bytes);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}
