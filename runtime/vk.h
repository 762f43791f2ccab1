// Private to runtime/: the Vulkan side of the public handles, and the one way to call Vulkan.
#ifndef MOGRAPH_RUNTIME_VK_H
#define MOGRAPH_RUNTIME_VK_H

#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/kernel.h"
#include "runtime/log.h"
#include "runtime/memory.h"

#include <volk.h>

struct rt_context {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    bool has_debug_utils;
    uint32_t validation_count;
    uint32_t device_count;
    VkPhysicalDevice *physical;
    struct rt_device_info *infos;
};

struct rt_kernel {
    VkPipeline pipeline;
    const struct rt_kernel_code *code;
    uint32_t spec_count;
    uint32_t spec[RT_MAX_SPEC];
};

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
    bool trace;
    bool stage; // MOGRAPH_STAGING: device memory is never mapped, as on a discrete card
    bool lost;  // sticky
    VkPipelineCache pipeline_cache;
    VkPipelineLayout pipeline_layout;
    VkCommandPool command_pool;
    struct rt_kernel **kernels;
    uint32_t kernel_count, kernel_capacity;
    struct rt_arena *staging; // host-visible, created on first need
    double speed;             // measured time over estimated time, see stream_bake.c
};

const char *rt_vk_result_text(VkResult result);
enum rt_status rt_vk_status(struct rt_device *device, VkResult result);

// Calls Vulkan; on an error logs the call's text and the result's name, sets `status` and jumps to `fail`.
// Needs in scope: `struct rt_device *device` (may be NULL), `enum rt_status status`, a label `fail`.
#define VK_TRY(call)                                                                                         \
    do {                                                                                                     \
        VkResult vk_try_result = (call);                                                                     \
        if (vk_try_result < 0) {                                                                             \
            rt_log(RT_LOG_ERROR, "%s: %s", #call, rt_vk_result_text(vk_try_result));                         \
            status = rt_vk_status(device, vk_try_result);                                                    \
            goto fail;                                                                                       \
        }                                                                                                    \
    } while (0)

// The Vulkan buffer behind a range, and where the range begins in it (memory.c).
VkBuffer rt_buffer_vk(struct rt_buffer buffer, VkDeviceSize *offset);

// The pipeline cache on disk (cache.c). Loading never fails:
// a missing, damaged or foreign file gives an empty cache.
void rt_cache_load(struct rt_device *device);
void rt_cache_save(struct rt_device *device);

#endif
