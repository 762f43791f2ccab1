// Counting an arena's buffers and handing them out, by one list.
#include "runtime/layout.h"

#include "runtime/align.h"
#include "runtime/log.h"

void rt_layout_add(struct rt_layout *layout, struct rt_buffer *buffer, uint64_t size_bytes) {
    uint64_t at = rt_place(layout->size_bytes, size_bytes, layout->chunk_bytes);
    layout->size_bytes = at + size_bytes;
    if (size_bytes > layout->largest_bytes)
        layout->largest_bytes = size_bytes;
    if (layout->arena != NULL)
        *buffer = rt_arena_buffer(layout->arena, at, size_bytes);
}

static struct rt_layout run(const struct rt_device *device, rt_layout_fn list, void *owner,
                            struct rt_arena *arena) {
    struct rt_layout layout = {.arena = arena, .chunk_bytes = rt_arena_chunk_bytes(device)};
    list(owner, &layout);
    return layout;
}

uint64_t rt_layout_bytes(const struct rt_device *device, rt_layout_fn list, void *owner) {
    return run(device, list, owner, NULL).size_bytes;
}

enum rt_status rt_layout_create(struct rt_device *device, enum rt_memory_kind kind, const char *what,
                                rt_layout_fn list, void *owner, struct rt_arena **out) {
    struct rt_layout counted = run(device, list, owner, NULL);
    *out = NULL;
    if (counted.largest_bytes > counted.chunk_bytes) {
        rt_log(RT_LOG_ERROR,
               "out of memory for %s on \"%s\": one buffer takes %.1f MiB, a block of this device holds %.1f "
               "MiB; lower the batch size or the clip size",
               what, rt_device_describe(device)->name, (double)counted.largest_bytes / 1048576.0,
               (double)counted.chunk_bytes / 1048576.0);
        return RT_ERROR_OUT_OF_MEMORY;
    }
    enum rt_status status = rt_arena_create(device, kind, counted.size_bytes, what, out);
    if (status == RT_OK)
        run(device, list, owner, *out);
    return status;
}
