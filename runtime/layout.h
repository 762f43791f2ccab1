// Layouts: the buffers that fill an arena of their own, named in one list.
//
// The list is a function that adds one buffer after the other. It runs twice: once to count the arena's size,
// once to hand the buffers out. So no size is reckoned beside the code that needs it.
#ifndef MOGRAPH_RUNTIME_LAYOUT_H
#define MOGRAPH_RUNTIME_LAYOUT_H

#include "runtime/memory.h"

struct rt_layout {
    struct rt_arena *arena; // NULL: buffers are counted, and left as they are
    uint64_t chunk_bytes;   // see rt_arena_chunk_bytes
    uint64_t size_bytes;    // so far
    uint64_t largest_bytes; // of one buffer, so far
};

// Adds a buffer of its own; one of 0 bytes is the zero buffer.
void rt_layout_add(struct rt_layout *layout, struct rt_buffer *buffer, uint64_t size_bytes);

// Adds the buffers of `owner`, the same in every run.
typedef void (*rt_layout_fn)(void *owner, struct rt_layout *layout);

// The size of an arena for the list; nothing of the owner's is written.
uint64_t rt_layout_bytes(const struct rt_device *device, rt_layout_fn list, void *owner);

// Creates the arena, named `what` in messages, and hands the buffers out. The caller owns *out. Errors:
// RT_ERROR_OUT_OF_MEMORY, as in rt_arena_create or when a buffer is larger than a block of the device.
enum rt_status rt_layout_create(struct rt_device *device, enum rt_memory_kind kind, const char *what,
                                rt_layout_fn list, void *owner, struct rt_arena **out);

#endif
