// Opening and closing a device, on top of all that lives on one.
#include "runtime/open.h"

#include "runtime/cache.h"
#include "runtime/device_private.h"
#include "runtime/kernel_private.h"
#include "runtime/log.h"
#include "runtime/matrix.h"
#include "runtime/memory.h"
#include "runtime/record_only.h"

#include <stdlib.h>
#include <string.h>

// The first family that computes; on every desktop driver it is the one that can do everything.
static uint32_t compute_family(VkPhysicalDevice physical) {
    VkQueueFamilyProperties families[32];
    uint32_t count = 32, i = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    while (i < count && !(families[i].queueFlags & VK_QUEUE_COMPUTE_BIT))
        i++;
    return i;
}

// A device that offers it must have it enabled. Its name is not among those that Vulkan's header gives to
// everybody.
#define PORTABILITY_SUBSET "VK_KHR_portability_subset"

enum { MAX_EXTENSIONS = 4 };

static enum rt_status choose_extensions(struct rt_device *device, const char *names[MAX_EXTENSIONS],
                                        uint32_t *count) {
    bool falls_short = false;
    enum rt_status status = rt_vk_has_extension(device->physical, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
                                                &device->has_memory_budget);
    if (status == RT_OK)
        status = rt_vk_has_extension(device->physical, PORTABILITY_SUBSET, &falls_short);
    if (device->has_memory_budget)
        names[(*count)++] = VK_EXT_MEMORY_BUDGET_EXTENSION_NAME;
    if (device->info.subgroup_selectable)
        names[(*count)++] = VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME;
    if (falls_short)
        names[(*count)++] = PORTABILITY_SUBSET;
    if (device->pipeline_flags != 0)
        names[(*count)++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
    return status;
}

// Statistics and assembly, where the driver has them.
static enum rt_status choose_flags(struct rt_device *device, const struct rt_device_params *params) {
    bool has = true;
    if (params->statistics || params->assembly)
        device->pipeline_flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
    if (params->assembly)
        device->pipeline_flags |= VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
    if (device->pipeline_flags == 0)
        return RT_OK;
    enum rt_status status =
        rt_vk_has_extension(device->physical, VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME, &has);
    if (status != RT_OK || has)
        return status;
    rt_log(RT_LOG_ERROR,
           "device \"%s\" gives no statistics of pipelines: its driver lacks "
           "VK_KHR_pipeline_executable_properties",
           device->info.name);
    return RT_ERROR_UNSUPPORTED;
}

static enum rt_status open_device(struct rt_device *device) {
    const char *extensions[MAX_EXTENSIONS];
    uint32_t extension_count = 0;
    enum rt_status status = choose_extensions(device, extensions, &extension_count);
    if (status != RT_OK)
        return status;
    VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR executables = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
        .pipelineExecutableInfo = VK_TRUE};
    void *more = device->pipeline_flags != 0 ? &executables : NULL;
    VkPhysicalDeviceSubgroupSizeControlFeatures size_control = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES,
        .pNext = more,
        .subgroupSizeControl = VK_TRUE,
        .computeFullSubgroups = VK_TRUE};
    VkPhysicalDeviceVulkan12Features features12 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
        .pNext = device->info.subgroup_selectable ? &size_control : more,
        .bufferDeviceAddress = VK_TRUE,
        .timelineSemaphore = VK_TRUE};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &features12,
                                          .features = {.shaderInt64 = VK_TRUE}};
    struct rt_matrix_features matrices;
    if (device->info.matrix.m > 0) {
        rt_matrix_enable(&matrices, &features12);
        extensions[extension_count++] = matrices.extension;
    }
    float priority = 1.0f;
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueFamilyIndex = device->queue_family,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &features,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = extension_count,
                               .ppEnabledExtensionNames = extensions};
    VK_TRY(vkCreateDevice(device->physical, &info, NULL, &device->device));
    volkLoadDeviceTable(&device->vk, device->device);
    device->vk.vkGetDeviceQueue(device->device, device->queue_family, 0, &device->queue);
fail:
    return status;
}

static enum rt_status create_shared_objects(struct rt_device *device) {
    enum rt_status status = RT_OK;
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .queueFamilyIndex = device->queue_family};
    VK_TRY(device->vk.vkCreateCommandPool(device->device, &pool, NULL, &device->command_pool));
    VkPushConstantRange push = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .size = RT_MAX_PUSH_BYTES};
    VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                         .pushConstantRangeCount = 1,
                                         .pPushConstantRanges = &push};
    VK_TRY(device->vk.vkCreatePipelineLayout(device->device, &layout, NULL, &device->pipeline_layout));
fail:
    return status;
}

static enum rt_status open_all(struct rt_device *device, const struct rt_device_params *params) {
    enum rt_status status = choose_flags(device, params);
    if (status == RT_OK)
        status = open_device(device);
    if (status == RT_OK && params->record_only)
        rt_record_only(device);
    if (status == RT_OK)
        status = create_shared_objects(device);
    // A pipeline from the disk may come without statistics, and what is never run need not be kept.
    if (status == RT_OK && device->pipeline_flags == 0 && !params->record_only)
        rt_cache_load(device);
    return status;
}

enum rt_status rt_device_create(struct rt_context *context, const struct rt_device_info *info,
                                const struct rt_device_params *params, struct rt_device **out) {
    static const struct rt_device_params usual;
    *out = NULL;
    if (!info->usable) {
        rt_log(RT_LOG_ERROR, "device %u \"%s\" cannot be used: it %s", info->index, info->name, info->reason);
        return RT_ERROR_UNSUPPORTED;
    }
    struct rt_device *device = calloc(1, sizeof *device);
    if (device == NULL)
        return rt_no_memory("a device");
    device->context = context;
    device->info = *info;
    device->physical = context->physical[info->index];
    device->queue_family = compute_family(device->physical);
    device->has_labels = context->has_debug_utils;
    device->trace = rt_env_flag("MOGRAPH_TRACE");
    device->stage = rt_env_flag("MOGRAPH_STAGING");
    device->speed = 1.0;
    vkGetPhysicalDeviceMemoryProperties(device->physical, &device->memory);
    enum rt_status status = open_all(device, params != NULL ? params : &usual);
    if (status != RT_OK)
        rt_device_destroy(&device);
    *out = device;
    return status;
}

void rt_device_destroy(struct rt_device **handle) {
    struct rt_device *device = *handle;
    if (device == NULL)
        return;
    if (device->device != VK_NULL_HANDLE) {
        if (!device->lost)
            device->vk.vkDeviceWaitIdle(device->device);
        rt_arena_destroy(&device->staging);
        rt_cache_save(device);
        rt_kernels_destroy(device);
        device->vk.vkDestroyPipelineCache(device->device, device->pipeline_cache, NULL);
        device->vk.vkDestroyPipelineLayout(device->device, device->pipeline_layout, NULL);
        device->vk.vkDestroyCommandPool(device->device, device->command_pool, NULL);
        device->vk.vkDestroyDevice(device->device, NULL);
    }
    free(device);
    *handle = NULL;
}
