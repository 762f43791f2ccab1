// Private to runtime/: Vulkan's header, and what its results mean.
#ifndef MOGRAPH_RUNTIME_VK_H
#define MOGRAPH_RUNTIME_VK_H

#include "runtime/status.h"

#include <volk.h>

const char *rt_vk_result_text(VkResult result);
enum rt_status rt_vk_status(VkResult result);

// Logs the call's text and the result's name, and returns the status.
enum rt_status rt_vk_fail(const char *call, VkResult result);

#endif
