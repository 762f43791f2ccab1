// Private to runtime/: Vulkan's header, and what its results mean.
#ifndef MOGRAPH_RUNTIME_VK_H
#define MOGRAPH_RUNTIME_VK_H

#include "runtime/status.h"

#include <stdbool.h>
#include <volk.h>

const char *rt_vk_result_text(VkResult result);
enum rt_status rt_vk_status(VkResult result);

// Logs the call's text and the result's name, and returns the status.
enum rt_status rt_vk_fail(const char *call, VkResult result);

// Whether a device, or with VK_NULL_HANDLE the instance, offers an extension; a failure is not a "no".
enum rt_status rt_vk_has_extension(VkPhysicalDevice physical, const char *name, bool *has);

#endif
