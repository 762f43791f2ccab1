// The Vulkan side of a kernel. Private to runtime/.
#ifndef MOGRAPH_RUNTIME_KERNEL_PRIVATE_H
#define MOGRAPH_RUNTIME_KERNEL_PRIVATE_H

#include "runtime/kernel.h"
#include "runtime/vk.h"

struct rt_kernel {
    VkPipeline pipeline;
    const struct rt_kernel_code *code;
    uint32_t spec_count;
    uint32_t spec[RT_MAX_SPEC];
};

// Destroys all kernels of a device.
void rt_kernels_destroy(struct rt_device *device);

#endif
