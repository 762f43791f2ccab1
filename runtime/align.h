// Rounding up, and where things begin in an arena.
#ifndef MOGRAPH_RUNTIME_ALIGN_H
#define MOGRAPH_RUNTIME_ALIGN_H

#include <stdint.h>

enum { RT_ALIGNMENT = 256 }; // bytes: what every device accepts as the start of a buffer

// value / by, rounded up; `by` is not 0.
static inline uint64_t rt_div_up(uint64_t value, uint64_t by) {
    return (value + by - 1) / by;
}

// The next multiple of `alignment` at or above `value`.
static inline uint64_t rt_align_up(uint64_t value, uint64_t alignment) {
    return rt_div_up(value, alignment) * alignment;
}

// Where `size` bytes begin at or behind `end`: aligned, and crossing no multiple of `chunk` (0: no limit).
static inline uint64_t rt_place(uint64_t end, uint64_t size, uint64_t chunk) {
    uint64_t at = rt_align_up(end, RT_ALIGNMENT);
    return chunk > 0 && at % chunk + size > chunk ? rt_align_up(at, chunk) : at;
}

#endif
