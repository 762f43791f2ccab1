// What Vulkan's results mean.
#include "runtime/vk.h"

#include "runtime/log.h"

#include <stdlib.h>
#include <string.h>

const char *rt_vk_result_text(VkResult result) {
    switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "VK_ERROR_OUT_OF_HOST_MEMORY";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "VK_ERROR_INITIALIZATION_FAILED";
    case VK_ERROR_DEVICE_LOST:
        return "VK_ERROR_DEVICE_LOST";
    case VK_ERROR_MEMORY_MAP_FAILED:
        return "VK_ERROR_MEMORY_MAP_FAILED";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "VK_ERROR_LAYER_NOT_PRESENT";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "VK_ERROR_EXTENSION_NOT_PRESENT";
    case VK_ERROR_FEATURE_NOT_PRESENT:
        return "VK_ERROR_FEATURE_NOT_PRESENT";
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return "VK_ERROR_INCOMPATIBLE_DRIVER";
    case VK_ERROR_TOO_MANY_OBJECTS:
        return "VK_ERROR_TOO_MANY_OBJECTS";
    default:
        return "a Vulkan error outside the usual list";
    }
}

enum rt_status rt_vk_status(VkResult result) {
    switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return RT_ERROR_OUT_OF_MEMORY;
    case VK_ERROR_DEVICE_LOST:
        return RT_ERROR_DEVICE_LOST;
    case VK_ERROR_LAYER_NOT_PRESENT:
    case VK_ERROR_EXTENSION_NOT_PRESENT:
    case VK_ERROR_FEATURE_NOT_PRESENT:
        return RT_ERROR_UNSUPPORTED;
    default:
        return RT_ERROR_DRIVER;
    }
}

enum rt_status rt_vk_fail(const char *call, VkResult result) {
    rt_log(RT_LOG_ERROR, "%s: %s", call, rt_vk_result_text(result));
    return rt_vk_status(result);
}

static VkResult list_extensions(VkPhysicalDevice physical, uint32_t *count, VkExtensionProperties *list) {
    return physical != VK_NULL_HANDLE ? vkEnumerateDeviceExtensionProperties(physical, NULL, count, list)
                                      : vkEnumerateInstanceExtensionProperties(NULL, count, list);
}

enum rt_status rt_vk_has_extension(VkPhysicalDevice physical, const char *name, bool *has) {
    uint32_t count = 0;
    *has = false;
    VkResult result = list_extensions(physical, &count, NULL);
    VkExtensionProperties *list = result < 0 ? NULL : calloc(count ? count : 1, sizeof *list);
    if (result >= 0 && list == NULL)
        return rt_no_memory("the list of extensions");
    if (result >= 0)
        result = list_extensions(physical, &count, list);
    for (uint32_t i = 0; result >= 0 && i < count && !*has; i++)
        *has = strcmp(list[i].extensionName, name) == 0;
    free(list);
    const char *call = physical != VK_NULL_HANDLE ? "vkEnumerateDeviceExtensionProperties"
                                                  : "vkEnumerateInstanceExtensionProperties";
    return result < 0 ? rt_vk_fail(call, result) : RT_OK;
}
