// The Vulkan side of a buffer. Private to runtime/.
#ifndef MOGRAPH_RUNTIME_MEMORY_PRIVATE_H
#define MOGRAPH_RUNTIME_MEMORY_PRIVATE_H

#include "runtime/memory.h"
#include "runtime/vk.h"

// The Vulkan buffer behind a range, and where the range begins in it.
VkBuffer rt_buffer_vk(struct rt_buffer buffer, VkDeviceSize *offset);

#endif
