// Rounding up, and the alignment of everything that lies in an arena. The one home of both.
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

#endif
