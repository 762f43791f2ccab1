// Planning an arena: where each buffer lies when many live at different times. Pure arithmetic, no device.
#ifndef MOGRAPH_RUNTIME_PLAN_H
#define MOGRAPH_RUNTIME_PLAN_H

#include "runtime/align.h"
#include "runtime/status.h"

#include <stdint.h>

// One buffer: alive from step `first` to step `last`, both included. Steps are the caller's own numbering.
struct rt_plan_item {
    uint64_t size_bytes;
    uint32_t first, last;
    uint64_t offset_bytes; // result, a multiple of RT_ALIGNMENT
};

// Places `count` items so that no two that are alive at the same step overlap, and no item crosses a multiple
// of `chunk_bytes` (0: no such limit). Greedy by size: largest first, each at the lowest offset that fits
// (Pisarchyk & Lee 2020, "Efficient Memory Management for Deep Neural Net Inference"). *total_bytes: the
// arena's size. Errors: RT_ERROR_INVALID (first > last, or an item larger than a chunk),
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status rt_plan(struct rt_plan_item *items, uint32_t count, uint64_t chunk_bytes,
                       uint64_t *total_bytes);

#endif
