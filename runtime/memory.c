// Allocates arenas; buffers are ranges of them.
#include "runtime/memory_private.h"

#include "runtime/align.h"
#include "runtime/device_private.h"
#include "runtime/log.h"

#include <stdlib.h>

enum { MAX_CHUNKS = 64 };

struct chunk {
    VkBuffer buffer;
    VkDeviceMemory memory;
    VkDeviceAddress address;
    char *mapped;
};

struct rt_arena {
    struct rt_device *device;
    uint64_t size_bytes, used_bytes, chunk_bytes;
    uint32_t chunk_count;
    struct chunk chunks[MAX_CHUNKS];
};

// 1 GiB is allowed everywhere (the specification's minimum for maxMemoryAllocationSize is 2^30). Beyond 4 GiB
// a device has to say so of its buffers, too. No tensor is larger than 8 GiB: 2^31 - 1 elements.
uint64_t rt_arena_chunk_bytes(const struct rt_device *device) {
    uint64_t allocation = device->info.max_allocation_bytes, buffer = device->info.max_buffer_bytes;
    uint64_t most = buffer > 0 ? (uint64_t)8 << 30 : ((uint64_t)4 << 30) - RT_ALIGNMENT;
    most = buffer > 0 && buffer < most ? buffer : most;
    most = allocation > 0 && allocation < most ? allocation : most;
    return most / RT_ALIGNMENT * RT_ALIGNMENT;
}

// The first memory type that the buffer may use and that has all wanted properties, preferring the nice ones.
static uint32_t memory_type(const struct rt_device *device, uint32_t allowed, VkMemoryPropertyFlags wanted,
                            VkMemoryPropertyFlags nice) {
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++) {
        VkMemoryPropertyFlags flags = device->memory.memoryTypes[i].propertyFlags;
        if (!(allowed & (1u << i)) || (flags & wanted) != wanted)
            continue;
        if ((flags & nice) == nice)
            return i;
        if (best == UINT32_MAX)
            best = i;
    }
    return best;
}

static uint32_t choose_type(const struct rt_device *device, enum rt_memory_kind kind, uint32_t allowed) {
    VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    if (kind == RT_MEMORY_HOST)
        return memory_type(device, allowed, host, VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
    // Only where device memory is the host's own is mapping it free;
    // a discrete card's visible window is small.
    bool shared = device->info.type == RT_DEVICE_CPU || device->info.type == RT_DEVICE_INTEGRATED;
    return memory_type(device, allowed, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, shared ? host : 0);
}

// Of a call that failed while an arena was made. What memory there is not, rt_arena_create says with numbers.
static enum rt_status refuse_chunk(struct rt_device *device, const char *call, VkResult result) {
    enum rt_status status = rt_vk_status(result);
    return status == RT_ERROR_OUT_OF_MEMORY ? status : rt_device_fail(device, call, result);
}

static enum rt_status create_chunk(struct rt_arena *arena, enum rt_memory_kind kind, uint64_t bytes) {
    struct rt_device *device = arena->device;
    struct chunk *chunk = &arena->chunks[arena->chunk_count++];
    VkBufferCreateInfo buffer = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = bytes,
        .usage = VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                 VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkResult result = device->vk.vkCreateBuffer(device->device, &buffer, NULL, &chunk->buffer);
    if (result < 0)
        return refuse_chunk(device, "vkCreateBuffer", result);
    VkMemoryRequirements needs;
    device->vk.vkGetBufferMemoryRequirements(device->device, chunk->buffer, &needs);
    uint32_t type = choose_type(device, kind, needs.memoryTypeBits);
    if (type == UINT32_MAX) {
        rt_log(RT_LOG_ERROR, "device \"%s\" has no memory type for buffers", device->info.name);
        return RT_ERROR_UNSUPPORTED;
    }
    VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                       .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = &flags,
                                 .allocationSize = needs.size,
                                 .memoryTypeIndex = type};
    result = device->vk.vkAllocateMemory(device->device, &info, NULL, &chunk->memory);
    if (result < 0)
        return refuse_chunk(device, "vkAllocateMemory", result);
    result = device->vk.vkBindBufferMemory(device->device, chunk->buffer, chunk->memory, 0);
    if (result < 0)
        return refuse_chunk(device, "vkBindBufferMemory", result);
    VkBufferDeviceAddressInfo address = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                         .buffer = chunk->buffer};
    chunk->address = device->vk.vkGetBufferDeviceAddress(device->device, &address);
    VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    bool visible = (device->memory.memoryTypes[type].propertyFlags & host) == host;
    bool shared = device->info.type != RT_DEVICE_DISCRETE && !device->stage;
    if (visible && (kind == RT_MEMORY_HOST || shared))
        result = device->vk.vkMapMemory(device->device, chunk->memory, 0, VK_WHOLE_SIZE, 0,
                                        (void **)&chunk->mapped);
    return result < 0 ? refuse_chunk(device, "vkMapMemory", result) : RT_OK;
}

enum rt_status rt_arena_create(struct rt_device *device, enum rt_memory_kind kind, uint64_t size_bytes,
                               const char *what, struct rt_arena **out) {
    *out = NULL;
    if (device->lost)
        return RT_ERROR_DEVICE_LOST;
    struct rt_arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL)
        return rt_no_memory(what);
    arena->device = device;
    arena->size_bytes = rt_align_up(size_bytes, RT_ALIGNMENT);
    arena->chunk_bytes = rt_arena_chunk_bytes(device);
    enum rt_status status = RT_OK;
    uint64_t free_bytes = rt_device_free_bytes(device);
    // Some drivers overcommit and kill the process later: refuse what the device says it cannot hold.
    if ((kind == RT_MEMORY_DEVICE && arena->size_bytes > free_bytes) ||
        arena->size_bytes / arena->chunk_bytes >= MAX_CHUNKS)
        status = RT_ERROR_OUT_OF_MEMORY;
    for (uint64_t at = 0; at < arena->size_bytes && status == RT_OK; at += arena->chunk_bytes) {
        uint64_t rest = arena->size_bytes - at;
        status = create_chunk(arena, kind, rest < arena->chunk_bytes ? rest : arena->chunk_bytes);
    }
    if (status == RT_ERROR_OUT_OF_MEMORY)
        rt_log(RT_LOG_ERROR,
               "out of memory for %s on \"%s\": %.1f MiB are needed, %.1f MiB are free; lower the batch "
               "size or the clip size",
               what, device->info.name, (double)size_bytes / 1048576.0, (double)free_bytes / 1048576.0);
    if (status != RT_OK)
        rt_arena_destroy(&arena);
    *out = arena;
    return status;
}

void rt_arena_destroy(struct rt_arena **handle) {
    struct rt_arena *arena = *handle;
    if (arena == NULL)
        return;
    struct rt_device *device = arena->device;
    for (uint32_t i = 0; i < arena->chunk_count; i++) {
        device->vk.vkDestroyBuffer(device->device, arena->chunks[i].buffer, NULL);
        device->vk.vkFreeMemory(device->device, arena->chunks[i].memory, NULL);
    }
    free(arena);
    *handle = NULL;
}

struct rt_buffer rt_arena_buffer(struct rt_arena *arena, uint64_t offset_bytes, uint64_t size_bytes) {
    uint64_t chunk = offset_bytes / arena->chunk_bytes, within = offset_bytes % arena->chunk_bytes;
    if (size_bytes == 0 || size_bytes > arena->size_bytes || offset_bytes > arena->size_bytes - size_bytes ||
        size_bytes > arena->chunk_bytes - within)
        return (struct rt_buffer){0};
    return (struct rt_buffer){.arena = arena,
                              .address = arena->chunks[chunk].address + within,
                              .offset_bytes = offset_bytes,
                              .size_bytes = size_bytes};
}

struct rt_buffer rt_arena_push(struct rt_arena *arena, uint64_t size_bytes) {
    uint64_t offset = rt_place(arena->used_bytes, size_bytes, arena->chunk_bytes);
    struct rt_buffer buffer = rt_arena_buffer(arena, offset, size_bytes);
    if (buffer.address == 0)
        rt_log(RT_LOG_ERROR, "arena of %llu bytes is too small: %llu more are wanted at %llu",
               (unsigned long long)arena->size_bytes, (unsigned long long)size_bytes,
               (unsigned long long)offset);
    else
        arena->used_bytes = offset + size_bytes;
    return buffer;
}

struct rt_buffer rt_buffer_slice(struct rt_buffer buffer, uint64_t offset_bytes, uint64_t size_bytes) {
    if (buffer.arena == NULL || size_bytes > buffer.size_bytes ||
        offset_bytes > buffer.size_bytes - size_bytes)
        return (struct rt_buffer){0};
    buffer.address += offset_bytes;
    buffer.offset_bytes += offset_bytes;
    buffer.size_bytes = size_bytes;
    return buffer;
}

void *rt_buffer_map(struct rt_buffer buffer) {
    if (buffer.arena == NULL)
        return NULL;
    char *mapped = buffer.arena->chunks[buffer.offset_bytes / buffer.arena->chunk_bytes].mapped;
    return mapped ? mapped + buffer.offset_bytes % buffer.arena->chunk_bytes : NULL;
}

VkBuffer rt_buffer_vk(struct rt_buffer buffer, VkDeviceSize *offset) {
    *offset = buffer.offset_bytes % buffer.arena->chunk_bytes;
    return buffer.arena->chunks[buffer.offset_bytes / buffer.arena->chunk_bytes].buffer;
}
