// The Vulkan side of a device, and the one way to call Vulkan on it. Private to runtime/.
#ifndef MOGRAPH_RUNTIME_DEVICE_PRIVATE_H
#define MOGRAPH_RUNTIME_DEVICE_PRIVATE_H

#include "runtime/context_private.h"
#include "runtime/device.h"

struct rt_device {
    struct rt_context *context;
    struct rt_device_info info;
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue;
    uint32_t queue_family;
    struct VolkDeviceTable vk;
    VkPhysicalDeviceMemoryProperties memory;
    bool has_memory_budget;
    bool has_size_control; // required subgroup sizes can be asked for
    bool has_labels;       // command buffers take the names of kernels
    VkPipelineCreateFlags pipeline_flags;
    bool trace;
    bool stage; // MOGRAPH_STAGING: device memory is never mapped, as on a discrete card
    bool lost;  // sticky
    bool record_only;
    VkPipelineCache pipeline_cache;
    VkPipelineLayout pipeline_layout;
    VkCommandPool command_pool;
    struct rt_kernel **kernels; // see kernel.c
    uint32_t kernel_count, kernel_capacity;
    struct rt_arena *staging; // see transfer.c; NULL before the first need
    double speed;             // measured time over estimated time, see stream_bake.c
};

// Logs a call's text and its result's name, remembers a lost device, and returns the status.
enum rt_status rt_device_fail(struct rt_device *device, const char *call, VkResult result);

// Calls Vulkan; on an error sets `status` by rt_device_fail and jumps to `fail`. Needs in scope:
// `struct rt_device *device`, `enum rt_status status`, a label `fail`.
#define VK_TRY(call)                                                                                         \
    do {                                                                                                     \
        VkResult vk_try_result = (call);                                                                     \
        if (vk_try_result < 0) {                                                                             \
            status = rt_device_fail(device, #call, vk_try_result);                                           \
            goto fail;                                                                                       \
        }                                                                                                    \
    } while (0)

#endif
