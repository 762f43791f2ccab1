// Growing arrays.
#ifndef MOGRAPH_RUNTIME_ARRAY_H
#define MOGRAPH_RUNTIME_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Makes room for one more item behind `count`, doubling an array that is full. False, with nothing changed,
// when memory is out.
bool rt_array_reserve(void **array, uint32_t count, uint32_t *capacity, size_t item_bytes);

#endif
