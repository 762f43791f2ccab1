// The Vulkan side of a context. Private to runtime/.
#ifndef MOGRAPH_RUNTIME_CONTEXT_PRIVATE_H
#define MOGRAPH_RUNTIME_CONTEXT_PRIVATE_H

#include "runtime/context.h"
#include "runtime/vk.h"

struct rt_context {
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    bool has_debug_utils;
    bool lists_portable; // devices that fall short of all of Vulkan are among them
    uint32_t validation_count;
    uint32_t device_count;
    VkPhysicalDevice *physical;
    struct rt_device_info *infos;
};

#endif
