// Arenas of device memory, and buffers: plain ranges of an arena.
#ifndef MOGRAPH_RUNTIME_MEMORY_H
#define MOGRAPH_RUNTIME_MEMORY_H

#include "runtime/device.h"

#include <stddef.h>

struct rt_arena;

// A range of an arena, passed by value; it owns nothing. `address` is what kernels see. All zero: no buffer.
struct rt_buffer {
    struct rt_arena *arena;
    uint64_t address;      // device address, bytes
    uint64_t offset_bytes; // within the arena
    uint64_t size_bytes;
};

enum rt_memory_kind {
    RT_MEMORY_DEVICE, // where kernels work; host-visible only where that costs nothing
    RT_MEMORY_HOST,   // host-visible and coherent: staging, small values that change per step
};

// Allocates `size_bytes` in blocks of at most rt_arena_chunk_bytes.
// `what` names it in messages ("activations"). Errors: RT_ERROR_OUT_OF_MEMORY, with the bytes
// needed and the bytes there are. The caller owns *out.
enum rt_status rt_arena_create(struct rt_device *device, enum rt_memory_kind kind, uint64_t size_bytes,
                               const char *what, struct rt_arena **out);

// Frees and nulls. Nothing recorded that uses it may be running.
void rt_arena_destroy(struct rt_arena **arena);

// The largest block of this device, to be given to rt_plan.
uint64_t rt_arena_chunk_bytes(const struct rt_device *device);

// The range [offset, offset + size) of an arena. Both come from rt_plan or rt_arena_push.
// A range outside the arena or across two blocks gives the zero buffer.
struct rt_buffer rt_arena_buffer(struct rt_arena *arena, uint64_t offset_bytes, uint64_t size_bytes);

// The next free range of an arena that is filled front to back; the zero buffer when it is full (logged).
struct rt_buffer rt_arena_push(struct rt_arena *arena, uint64_t size_bytes);

// Part of a buffer; the zero buffer when it does not lie inside.
struct rt_buffer rt_buffer_slice(struct rt_buffer buffer, uint64_t offset_bytes, uint64_t size_bytes);

// The host's view of a buffer, or NULL when its memory is not host-visible.
// Coherent; valid as long as the arena.
void *rt_buffer_map(struct rt_buffer buffer);

#endif
