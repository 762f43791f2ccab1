// Stand-ins for the calls of a driver that has no hardware below it, such as Mesa's for AMD with RADV_FORCE_FAMILY: it
// compiles pipelines, but has no memory, no semaphores and no queue. Memory becomes the host's, work is dropped.
#include "runtime/record_only.h"

#include <stdlib.h>
#include <string.h>

// More than any model takes, in blocks that every host allocates. What nobody writes to takes no memory.
static const uint64_t MEMORY_BYTES = (uint64_t)1 << 40, BLOCK_BYTES = (uint64_t)1 << 30;

// What stands behind a VkBuffer. A VkDeviceMemory is the memory itself, and so is an address.
struct buffer {
    VkDeviceSize size;
    VkDeviceMemory memory;
};

static VKAPI_ATTR VkResult VKAPI_CALL create_buffer(VkDevice device, const VkBufferCreateInfo *info,
                                                    const VkAllocationCallbacks *hooks, VkBuffer *out) {
    (void)device, (void)hooks;
    struct buffer *buffer = calloc(1, sizeof *buffer);
    *out = (VkBuffer)buffer;
    if (buffer == NULL)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    buffer->size = info->size;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_buffer(VkDevice device, VkBuffer buffer,
                                                 const VkAllocationCallbacks *hooks) {
    (void)device, (void)hooks;
    free((void *)buffer);
}

static VKAPI_ATTR void VKAPI_CALL buffer_requirements(VkDevice device, VkBuffer buffer,
                                                      VkMemoryRequirements *needs) {
    (void)device;
    const struct buffer *b = (const void *)buffer;
    *needs = (VkMemoryRequirements){.size = b->size, .alignment = 1, .memoryTypeBits = 1};
}

static VKAPI_ATTR VkResult VKAPI_CALL allocate_memory(VkDevice device, const VkMemoryAllocateInfo *info,
                                                      const VkAllocationCallbacks *hooks,
                                                      VkDeviceMemory *out) {
    (void)device, (void)hooks;
    void *memory = calloc(1, info->allocationSize);
    *out = (VkDeviceMemory)memory;
    return memory != NULL ? VK_SUCCESS : VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR void VKAPI_CALL free_memory(VkDevice device, VkDeviceMemory memory,
                                              const VkAllocationCallbacks *hooks) {
    (void)device, (void)hooks;
    free((void *)memory);
}

static VKAPI_ATTR VkResult VKAPI_CALL bind_memory(VkDevice device, VkBuffer buffer, VkDeviceMemory memory,
                                                  VkDeviceSize offset) {
    (void)device, (void)offset; // which the runtime leaves at 0
    struct buffer *b = (void *)buffer;
    b->memory = memory;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL map_memory(VkDevice device, VkDeviceMemory memory, VkDeviceSize offset,
                                                 VkDeviceSize size, VkMemoryMapFlags flags, void **out) {
    (void)device, (void)size, (void)flags;
    *out = (char *)memory + offset;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkDeviceAddress VKAPI_CALL buffer_address(VkDevice device,
                                                            const VkBufferDeviceAddressInfo *info) {
    (void)device;
    const struct buffer *b = (const void *)info->buffer;
    return (VkDeviceAddress)(uintptr_t)b->memory;
}

// --- recording

// A command buffer holds nothing; only its handle is asked for. The runtime allocates one at a time.
static VKAPI_ATTR VkResult VKAPI_CALL allocate_commands(VkDevice device,
                                                        const VkCommandBufferAllocateInfo *info,
                                                        VkCommandBuffer *out) {
    (void)info;
    *out = (VkCommandBuffer)device;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL free_commands(VkDevice device, VkCommandPool pool, uint32_t count,
                                                const VkCommandBuffer *commands) {
    (void)device, (void)pool, (void)count, (void)commands;
}

static VKAPI_ATTR VkResult VKAPI_CALL begin_commands(VkCommandBuffer commands,
                                                     const VkCommandBufferBeginInfo *info) {
    (void)commands, (void)info;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL end_commands(VkCommandBuffer commands) {
    (void)commands;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL bind_pipeline(VkCommandBuffer commands, VkPipelineBindPoint point,
                                                VkPipeline pipeline) {
    (void)commands, (void)point, (void)pipeline;
}

static VKAPI_ATTR void VKAPI_CALL push_constants(VkCommandBuffer commands, VkPipelineLayout layout,
                                                 VkShaderStageFlags stages, uint32_t offset, uint32_t size,
                                                 const void *values) {
    (void)commands, (void)layout, (void)stages, (void)offset, (void)size, (void)values;
}

static VKAPI_ATTR void VKAPI_CALL dispatch(VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z) {
    (void)commands, (void)x, (void)y, (void)z;
}

static VKAPI_ATTR void VKAPI_CALL copy_buffer(VkCommandBuffer commands, VkBuffer src, VkBuffer dst,
                                              uint32_t count, const VkBufferCopy *regions) {
    (void)commands, (void)src, (void)dst, (void)count, (void)regions;
}

static VKAPI_ATTR void VKAPI_CALL fill_buffer(VkCommandBuffer commands, VkBuffer dst, VkDeviceSize offset,
                                              VkDeviceSize size, uint32_t value) {
    (void)commands, (void)dst, (void)offset, (void)size, (void)value;
}

static VKAPI_ATTR void VKAPI_CALL update_buffer(VkCommandBuffer commands, VkBuffer dst, VkDeviceSize offset,
                                                VkDeviceSize size, const void *words) {
    (void)commands, (void)dst, (void)offset, (void)size, (void)words;
}

static VKAPI_ATTR void VKAPI_CALL barrier(VkCommandBuffer commands, VkPipelineStageFlags before,
                                          VkPipelineStageFlags after, VkDependencyFlags flags,
                                          uint32_t memory_count, const VkMemoryBarrier *memory,
                                          uint32_t buffer_count, const VkBufferMemoryBarrier *buffers,
                                          uint32_t image_count, const VkImageMemoryBarrier *images) {
    (void)commands, (void)before, (void)after, (void)flags, (void)memory_count, (void)memory,
        (void)buffer_count, (void)buffers, (void)image_count, (void)images;
}

// --- time: every record takes none

static VKAPI_ATTR VkResult VKAPI_CALL create_queries(VkDevice device, const VkQueryPoolCreateInfo *info,
                                                     const VkAllocationCallbacks *hooks, VkQueryPool *out) {
    (void)info, (void)hooks;
    *out = (VkQueryPool)device;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_queries(VkDevice device, VkQueryPool pool,
                                                  const VkAllocationCallbacks *hooks) {
    (void)device, (void)pool, (void)hooks;
}

static VKAPI_ATTR void VKAPI_CALL reset_queries(VkCommandBuffer commands, VkQueryPool pool, uint32_t first,
                                                uint32_t count) {
    (void)commands, (void)pool, (void)first, (void)count;
}

static VKAPI_ATTR void VKAPI_CALL write_timestamp(VkCommandBuffer commands, VkPipelineStageFlagBits stage,
                                                  VkQueryPool pool, uint32_t query) {
    (void)commands, (void)stage, (void)pool, (void)query;
}

static VKAPI_ATTR VkResult VKAPI_CALL query_results(VkDevice device, VkQueryPool pool, uint32_t first,
                                                    uint32_t count, size_t size, void *data,
                                                    VkDeviceSize stride, VkQueryResultFlags flags) {
    (void)device, (void)pool, (void)first, (void)count, (void)stride, (void)flags;
    memset(data, 0, size);
    return VK_SUCCESS;
}

// --- submitting: whatever is submitted is done

static VKAPI_ATTR VkResult VKAPI_CALL create_semaphore(VkDevice device, const VkSemaphoreCreateInfo *info,
                                                       const VkAllocationCallbacks *hooks, VkSemaphore *out) {
    (void)info, (void)hooks;
    *out = (VkSemaphore)device;
    return VK_SUCCESS;
}

static VKAPI_ATTR void VKAPI_CALL destroy_semaphore(VkDevice device, VkSemaphore semaphore,
                                                    const VkAllocationCallbacks *hooks) {
    (void)device, (void)semaphore, (void)hooks;
}

static VKAPI_ATTR VkResult VKAPI_CALL submit(VkQueue queue, uint32_t count, const VkSubmitInfo *submits,
                                             VkFence fence) {
    (void)queue, (void)count, (void)submits, (void)fence;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL wait_semaphores(VkDevice device, const VkSemaphoreWaitInfo *info,
                                                      uint64_t timeout) {
    (void)device, (void)info, (void)timeout;
    return VK_SUCCESS;
}

static VKAPI_ATTR VkResult VKAPI_CALL wait_idle(VkDevice device) {
    (void)device;
    return VK_SUCCESS;
}

// --- the device

static void replace_memory(struct VolkDeviceTable *vk) {
    vk->vkCreateBuffer = create_buffer;
    vk->vkDestroyBuffer = destroy_buffer;
    vk->vkGetBufferMemoryRequirements = buffer_requirements;
    vk->vkAllocateMemory = allocate_memory;
    vk->vkFreeMemory = free_memory;
    vk->vkBindBufferMemory = bind_memory;
    vk->vkMapMemory = map_memory;
    vk->vkGetBufferDeviceAddress = buffer_address;
}

static void replace_recording(struct VolkDeviceTable *vk) {
    vk->vkAllocateCommandBuffers = allocate_commands;
    vk->vkFreeCommandBuffers = free_commands;
    vk->vkBeginCommandBuffer = begin_commands;
    vk->vkEndCommandBuffer = end_commands;
    vk->vkCmdBindPipeline = bind_pipeline;
    vk->vkCmdPushConstants = push_constants;
    vk->vkCmdDispatch = dispatch;
    vk->vkCmdCopyBuffer = copy_buffer;
    vk->vkCmdFillBuffer = fill_buffer;
    vk->vkCmdUpdateBuffer = update_buffer;
    vk->vkCmdPipelineBarrier = barrier;
    vk->vkCreateQueryPool = create_queries;
    vk->vkDestroyQueryPool = destroy_queries;
    vk->vkCmdResetQueryPool = reset_queries;
    vk->vkCmdWriteTimestamp = write_timestamp;
    vk->vkGetQueryPoolResults = query_results;
}

static void replace_submitting(struct VolkDeviceTable *vk) {
    vk->vkCreateSemaphore = create_semaphore;
    vk->vkDestroySemaphore = destroy_semaphore;
    vk->vkQueueSubmit = submit;
    vk->vkWaitSemaphores = wait_semaphores;
    vk->vkDeviceWaitIdle = wait_idle;
}

void rt_record_only(struct rt_device *device) {
    device->record_only = true;
    replace_memory(&device->vk);
    replace_recording(&device->vk);
    replace_submitting(&device->vk);
    device->memory = (VkPhysicalDeviceMemoryProperties){
        .memoryTypeCount = 1,
        .memoryTypes = {{VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                             VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                         0}}};
    device->has_memory_budget = false;
    device->info.memory_bytes = MEMORY_BYTES;
    device->info.max_allocation_bytes = BLOCK_BYTES;
    device->info.timestamp_period_ns = 1.0f;
    device->stage = true; // what is uploaded is dropped, not kept in memory of the host's
    device->has_labels = false;
}
