// The wrappers of Vulkan: whenever volk has loaded its function pointers, ours take their places. Objects are
// counted as they come and go.
#include "tests/faults/faults.h"

#include <volk.h>

// __real_f and __wrap_f are the linker's names; types and lists of arguments are passed to macros bare.
// NOLINTBEGIN(bugprone-reserved-identifier,bugprone-macro-parentheses)

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// The functions themselves. One device at a time is open.
static struct VolkDeviceTable real;
static VkDevice opened;

// What a function may give, by Vulkan's own lists.
enum { HOST = 1, DEVICE = 2, LOST = 4 };

static bool may_give(int allowed, int code) {
    return (code == VK_ERROR_OUT_OF_HOST_MEMORY && (allowed & HOST)) ||
           (code == VK_ERROR_OUT_OF_DEVICE_MEMORY && (allowed & DEVICE)) ||
           (code == VK_ERROR_DEVICE_LOST && (allowed & LOST));
}

static bool fails(const char *call, int allowed, VkResult *result) {
    int code;
    if (!may_give(allowed, fault_code()) || !fault_now(FAULT_VULKAN, call, &code))
        return false;
    // A device that is lost runs nothing any more.
    if (code == VK_ERROR_DEVICE_LOST && opened != VK_NULL_HANDLE)
        real.vkDeviceWaitIdle(opened);
    *result = (VkResult)code;
    return true;
}

// Versions 14 and 19 of the formatter differ on the stars of parameters that are passed to a macro.
// clang-format off
#define INSTANCE_CALLS(X)                                                                                    \
    X(vkEnumeratePhysicalDevices, HOST | DEVICE,                                                             \
      (VkInstance instance, uint32_t *count, VkPhysicalDevice *devices), (instance, count, devices), 0)    \
    X(vkEnumerateDeviceExtensionProperties, HOST | DEVICE,                                                   \
      (VkPhysicalDevice device, const char *layer, uint32_t *count, VkExtensionProperties *list),            \
      (device, layer, count, list), 0)                                                                       \
    X(vkCreateDevice, HOST | DEVICE | LOST,                                                                  \
      (VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *hooks,        \
       VkDevice *out),                                                                                       \
      (physical, info, hooks, out), 1)

#define GLOBAL_CALLS(X)                                                                                      \
    X(vkCreateInstance, HOST | DEVICE,                                                                       \
      (const VkInstanceCreateInfo *info, const VkAllocationCallbacks *hooks, VkInstance *out),               \
      (info, hooks, out), 1)                                                                                 \
    X(vkEnumerateInstanceExtensionProperties, HOST | DEVICE,                                                 \
      (const char *layer, uint32_t *count, VkExtensionProperties *list), (layer, count, list), 0)            \
    X(vkEnumerateInstanceLayerProperties, HOST | DEVICE, (uint32_t *count, VkLayerProperties *list),       \
      (count, list), 0)

// The last column: how many objects a success makes.
#define CREATE(name, Info, Object)                                                                           \
    X(name, HOST | DEVICE,                                                                                   \
      (VkDevice device, const Info *info, const VkAllocationCallbacks *hooks, Object *out),                  \
      (device, info, hooks, out), 1)
#define DEVICE_CALLS(X)                                                                                      \
    CREATE(vkCreateBuffer, VkBufferCreateInfo, VkBuffer)                                                     \
    CREATE(vkAllocateMemory, VkMemoryAllocateInfo, VkDeviceMemory)                                           \
    CREATE(vkCreateShaderModule, VkShaderModuleCreateInfo, VkShaderModule)                                   \
    CREATE(vkCreateCommandPool, VkCommandPoolCreateInfo, VkCommandPool)                                      \
    CREATE(vkCreatePipelineLayout, VkPipelineLayoutCreateInfo, VkPipelineLayout)                             \
    CREATE(vkCreatePipelineCache, VkPipelineCacheCreateInfo, VkPipelineCache)                                \
    CREATE(vkCreateSemaphore, VkSemaphoreCreateInfo, VkSemaphore)                                            \
    CREATE(vkCreateQueryPool, VkQueryPoolCreateInfo, VkQueryPool)                                            \
    X(vkCreateComputePipelines, HOST | DEVICE,                                                               \
      (VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,     \
       const VkAllocationCallbacks *hooks, VkPipeline *out),                                                 \
      (device, cache, count, infos, hooks, out), (long)count)                                                \
    X(vkAllocateCommandBuffers, HOST | DEVICE,                                                               \
      (VkDevice device, const VkCommandBufferAllocateInfo *info, VkCommandBuffer *out), (device, info, out), \
      (long)info->commandBufferCount)                                                                        \
    X(vkBindBufferMemory, HOST | DEVICE,                                                                     \
      (VkDevice device, VkBuffer buffer, VkDeviceMemory memory, VkDeviceSize offset),                        \
      (device, buffer, memory, offset), 0)                                                                   \
    X(vkMapMemory, HOST | DEVICE,                                                                            \
      (VkDevice device, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size,                       \
       VkMemoryMapFlags flags, void **out),                                                                  \
      (device, memory, offset, size, flags, out), 0)                                                         \
    X(vkBeginCommandBuffer, HOST | DEVICE, (VkCommandBuffer commands, const VkCommandBufferBeginInfo *info), \
      (commands, info), 0)                                                                                   \
    X(vkEndCommandBuffer, HOST | DEVICE, (VkCommandBuffer commands), (commands), 0)                          \
    X(vkGetPipelineCacheData, HOST | DEVICE,                                                                 \
      (VkDevice device, VkPipelineCache cache, size_t *size, void *data), (device, cache, size, data), 0)   \
    X(vkGetQueryPoolResults, HOST | DEVICE | LOST,                                                           \
      (VkDevice device, VkQueryPool pool, uint32_t first, uint32_t count, size_t size, void *data,           \
       VkDeviceSize stride, VkQueryResultFlags flags),                                                       \
      (device, pool, first, count, size, data, stride, flags), 0)                                            \
    X(vkQueueSubmit, HOST | DEVICE | LOST,                                                                   \
      (VkQueue queue, uint32_t count, const VkSubmitInfo *submits, VkFence fence),                           \
      (queue, count, submits, fence), 0)                                                                     \
    X(vkWaitSemaphores, HOST | DEVICE | LOST,                                                                \
      (VkDevice device, const VkSemaphoreWaitInfo *info, uint64_t timeout), (device, info, timeout), 0)
// clang-format on

#define DESTROY_CALLS(X)                                                                                     \
    X(vkDestroyBuffer, VkBuffer)                                                                             \
    X(vkFreeMemory, VkDeviceMemory)                                                                          \
    X(vkDestroyShaderModule, VkShaderModule)                                                                 \
    X(vkDestroyCommandPool, VkCommandPool)                                                                   \
    X(vkDestroyPipelineLayout, VkPipelineLayout)                                                             \
    X(vkDestroyPipelineCache, VkPipelineCache)                                                               \
    X(vkDestroySemaphore, VkSemaphore)                                                                       \
    X(vkDestroyQueryPool, VkQueryPool)                                                                       \
    X(vkDestroyPipeline, VkPipeline)

static long count_made(VkResult result, long made) {
    if (result == VK_SUCCESS && made > 0)
        fault_object((int)made);
    return made;
}

#define WRAPPER(name, allowed, parameters, arguments, made)                                                  \
    static VKAPI_ATTR VkResult VKAPI_CALL wrap_##name parameters {                                           \
        VkResult result;                                                                                     \
        if (fails(#name, allowed, &result))                                                                  \
            return result;                                                                                   \
        result = REAL(name) arguments;                                                                       \
        count_made(result, made);                                                                            \
        return result;                                                                                       \
    }

#define REAL(name) real_##name
#define DECLARE(name, allowed, parameters, arguments, made) static PFN_##name real_##name;
GLOBAL_CALLS(DECLARE)
INSTANCE_CALLS(DECLARE)
GLOBAL_CALLS(WRAPPER)
INSTANCE_CALLS(WRAPPER)
#undef REAL

#define REAL(name) real.name
#define X WRAPPER
DEVICE_CALLS(X)
#undef X

#define DESTROYER(name, Object)                                                                              \
    static VKAPI_ATTR void VKAPI_CALL wrap_##name(VkDevice device, Object object,                            \
                                                  const VkAllocationCallbacks *hooks) {                      \
        if (object != VK_NULL_HANDLE)                                                                        \
            fault_object(-1);                                                                                \
        real.name(device, object, hooks);                                                                    \
    }
DESTROY_CALLS(DESTROYER)

static VKAPI_ATTR void VKAPI_CALL wrap_vkFreeCommandBuffers(VkDevice device, VkCommandPool pool,
                                                            uint32_t count, const VkCommandBuffer *buffers) {
    fault_object(-(int)count);
    real.vkFreeCommandBuffers(device, pool, count, buffers);
}

// A device that is lost does not say how far it has come.
static VKAPI_ATTR VkResult VKAPI_CALL wrap_vkGetSemaphoreCounterValue(VkDevice device, VkSemaphore semaphore,
                                                                      uint64_t *value) {
    return fault_has_been() && fault_code() == VK_ERROR_DEVICE_LOST
               ? VK_ERROR_DEVICE_LOST
               : real.vkGetSemaphoreCounterValue(device, semaphore, value);
}

static VKAPI_ATTR void VKAPI_CALL wrap_vkDestroyDevice(VkDevice device, const VkAllocationCallbacks *hooks) {
    fault_object(-1);
    opened = VK_NULL_HANDLE;
    real.vkDestroyDevice(device, hooks);
}

static PFN_vkDestroyInstance real_vkDestroyInstance;
static VKAPI_ATTR void VKAPI_CALL wrap_vkDestroyInstance(VkInstance instance,
                                                         const VkAllocationCallbacks *hooks) {
    fault_object(-1);
    real_vkDestroyInstance(instance, hooks);
}

// --- where volk loads them

#define REPLACE(name, allowed, parameters, arguments, made)                                                  \
    if (name != wrap_##name)                                                                                 \
        real_##name = name;                                                                                  \
    name = wrap_##name;

VkResult __real_volkInitialize(void);
VkResult __wrap_volkInitialize(void) {
    VkResult result = __real_volkInitialize();
    if (result == VK_SUCCESS) {
        GLOBAL_CALLS(REPLACE)
    }
    return result;
}

void __real_volkLoadInstanceOnly(VkInstance instance);
void __wrap_volkLoadInstanceOnly(VkInstance instance) {
    __real_volkLoadInstanceOnly(instance);
    INSTANCE_CALLS(REPLACE)
    real_vkDestroyInstance = vkDestroyInstance;
    vkDestroyInstance = wrap_vkDestroyInstance;
}

void __real_volkLoadDeviceTable(struct VolkDeviceTable *table, VkDevice device);
void __wrap_volkLoadDeviceTable(struct VolkDeviceTable *table, VkDevice device) {
    __real_volkLoadDeviceTable(table, device);
    real = *table;
    opened = device;
#define X(name, allowed, parameters, arguments, made) table->name = wrap_##name;
    DEVICE_CALLS(X)
#undef X
#define X(name, Object) table->name = wrap_##name;
    DESTROY_CALLS(X)
#undef X
    table->vkFreeCommandBuffers = wrap_vkFreeCommandBuffers;
    table->vkDestroyDevice = wrap_vkDestroyDevice;
    table->vkGetSemaphoreCounterValue = wrap_vkGetSemaphoreCounterValue;
}

// NOLINTEND(bugprone-reserved-identifier,bugprone-macro-parentheses)
