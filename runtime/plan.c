// Places buffers in an arena so that those alive at the same time do not overlap.
#include "runtime/plan.h"

#include "runtime/log.h"

#include <stdbool.h>
#include <stdlib.h>

// What an item takes: an empty one still has a place of its own.
static uint64_t room(const struct rt_plan_item *item) {
    return rt_align_up(item->size_bytes ? item->size_bytes : 1, RT_ALIGNMENT);
}

static bool alive_together(const struct rt_plan_item *a, const struct rt_plan_item *b) {
    return a->first <= b->last && b->first <= a->last;
}

static int by_size(const void *left, const void *right) {
    const struct rt_plan_item *const *a = left, *const *b = right;
    if ((*a)->size_bytes != (*b)->size_bytes)
        return (*a)->size_bytes < (*b)->size_bytes ? 1 : -1;
    return *a < *b ? -1 : 1; // qsort is not stable; the caller's order settles ties
}

// The lowest offset at which `item` meets none of the `placed` ones
// that are alive with it. Quadratic, and run once.
static uint64_t lowest_offset(const struct rt_plan_item *item, struct rt_plan_item *const *placed,
                              uint32_t placed_count, uint64_t chunk) {
    uint64_t size = room(item);
    uint64_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        offset = rt_place(offset, size, chunk);
        for (uint32_t i = 0; i < placed_count; i++) {
            const struct rt_plan_item *other = placed[i];
            uint64_t end = other->offset_bytes + room(other);
            if (alive_together(item, other) && offset < end && other->offset_bytes < offset + size) {
                offset = end;
                moved = true;
            }
        }
    }
    return offset;
}

enum rt_status rt_plan(struct rt_plan_item *items, uint32_t count, uint64_t chunk_bytes,
                       uint64_t *total_bytes) {
    *total_bytes = 0;
    chunk_bytes = chunk_bytes / RT_ALIGNMENT * RT_ALIGNMENT;
    struct rt_plan_item **order = calloc(count ? count : 1, sizeof *order);
    if (order == NULL)
        return rt_no_memory("a plan of memory");
    for (uint32_t i = 0; i < count; i++) {
        order[i] = &items[i];
        if (items[i].first > items[i].last ||
            (chunk_bytes && rt_align_up(items[i].size_bytes, RT_ALIGNMENT) > chunk_bytes)) {
            rt_log(RT_LOG_ERROR,
                   "buffer %u of the memory plan (%llu bytes) does not fit: one block of this device "
                   "holds %llu bytes; lower the batch size",
                   i, (unsigned long long)items[i].size_bytes, (unsigned long long)chunk_bytes);
            free(order);
            return RT_ERROR_INVALID;
        }
    }
    qsort(order, count, sizeof *order, by_size);
    for (uint32_t i = 0; i < count; i++) {
        order[i]->offset_bytes = lowest_offset(order[i], order, i, chunk_bytes);
        uint64_t end = order[i]->offset_bytes + room(order[i]);
        if (end > *total_bytes)
            *total_bytes = end;
    }
    free(order);
    return RT_OK;
}
