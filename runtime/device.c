// What is asked of an open device; open.c opens and closes it.
#include "runtime/device_private.h"

const struct rt_device_info *rt_device_describe(const struct rt_device *device) {
    return &device->info;
}

bool rt_device_computes(const struct rt_device *device) {
    return !device->record_only;
}

uint32_t rt_device_validation_count(const struct rt_device *device) {
    return device->context->validation_count;
}

uint64_t rt_device_free_bytes(const struct rt_device *device) {
    if (!device->has_memory_budget)
        return device->info.memory_bytes;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget};
    vkGetPhysicalDeviceMemoryProperties2(device->physical, &memory);
    uint64_t free_bytes = 0;
    for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; i++)
        if (memory.memoryProperties.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
            if (budget.heapBudget[i] > budget.heapUsage[i])
                free_bytes += budget.heapBudget[i] - budget.heapUsage[i];
    return free_bytes;
}

enum rt_status rt_device_fail(struct rt_device *device, const char *call, VkResult result) {
    if (result == VK_ERROR_DEVICE_LOST)
        device->lost = true;
    return rt_vk_fail(call, result);
}
