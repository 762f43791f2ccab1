// Private to runtime/: cooperative matrices (VK_KHR_cooperative_matrix), in one place because Vulkan headers
// before 1.3.255 do not know them: with such headers the program is built without.
#ifndef MOGRAPH_RUNTIME_MATRIX_H
#define MOGRAPH_RUNTIME_MATRIX_H

#include "runtime/context.h"
#include "runtime/vk.h"

// Fills in info->matrix, or says in info->matrix_reason why there are none. Subgroups are described already.
enum rt_status rt_matrix_describe(VkPhysicalDevice physical, struct rt_device_info *info);

// What a device with matrices is opened with.
struct rt_matrix_features {
    const char *extension;
#ifdef VK_KHR_cooperative_matrix
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR khr;
#endif
};

// Chains the extension's features (which must stay where they are) behind features12, and turns those of
// Vulkan 1.2 on that kernels with matrices take. For devices with info->matrix.m > 0.
void rt_matrix_enable(struct rt_matrix_features *features, VkPhysicalDeviceVulkan12Features *features12);

#endif
