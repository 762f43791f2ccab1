// Devices that fall short of all of Vulkan, as every device on macOS does: the loader is asked for them where
// it knows the question, and what they must have enabled is enabled. A device here pretends to be one.
#include "runtime/context.h"
#include "runtime/open.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <volk.h>

// The linker's names: __real_f is the function, __wrap_f is what our code calls instead.
// NOLINTBEGIN(bugprone-reserved-identifier)
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define SUBSET "VK_KHR_portability_subset"

// What the loader and the device pretend to offer.
static bool loader_knows, device_falls_short;
// What was asked of them.
static bool asked_by_name, asked_by_flag, subset_enabled, created;

static bool stands_in(const char *name, const char *const *names, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

// --- the loader

static PFN_vkEnumerateInstanceExtensionProperties real_instance_extensions;
static PFN_vkCreateInstance real_create_instance;

// The list without the extension, where the loader is to be an old one.
static VKAPI_ATTR VkResult VKAPI_CALL instance_extensions(const char *layer, uint32_t *count,
                                                          VkExtensionProperties *list) {
    VkResult result = real_instance_extensions(layer, count, list);
    uint32_t kept = 0;
    for (uint32_t i = 0; list != NULL && i < *count; i++)
        if (loader_knows || strcmp(list[i].extensionName, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME) != 0)
            list[kept++] = list[i];
    *count = list != NULL ? kept : *count;
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info,
                                                      const VkAllocationCallbacks *hooks, VkInstance *out) {
    asked_by_name = stands_in(VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME, info->ppEnabledExtensionNames,
                              info->enabledExtensionCount);
    asked_by_flag = (info->flags & VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR) != 0;
    return real_create_instance(info, hooks, out);
}

VkResult __real_volkInitialize(void);
VkResult __wrap_volkInitialize(void) {
    VkResult result = __real_volkInitialize();
    if (vkCreateInstance != create_instance) {
        real_instance_extensions = vkEnumerateInstanceExtensionProperties;
        real_create_instance = vkCreateInstance;
    }
    vkEnumerateInstanceExtensionProperties = instance_extensions;
    vkCreateInstance = create_instance;
    return result;
}

// --- the device

static PFN_vkEnumerateDeviceExtensionProperties real_device_extensions;
static PFN_vkCreateDevice real_create_device;

// The list with one more.
static VKAPI_ATTR VkResult VKAPI_CALL device_extensions(VkPhysicalDevice device, const char *layer,
                                                        uint32_t *count, VkExtensionProperties *list) {
    uint32_t room = *count;
    VkResult result = real_device_extensions(device, layer, count, list);
    if (!device_falls_short || result != VK_SUCCESS)
        return result;
    if (list != NULL && *count < room)
        snprintf(list[*count].extensionName, sizeof list[*count].extensionName, SUBSET);
    (*count)++;
    return result;
}

// The driver below knows nothing of it and would refuse.
static VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                                                    const VkAllocationCallbacks *hooks, VkDevice *out) {
    VkDeviceCreateInfo below = *info;
    const char *names[8];
    created = true;
    subset_enabled = stands_in(SUBSET, info->ppEnabledExtensionNames, info->enabledExtensionCount);
    below.enabledExtensionCount = 0;
    below.ppEnabledExtensionNames = names;
    for (uint32_t i = 0; i < info->enabledExtensionCount && i < 8; i++)
        if (strcmp(info->ppEnabledExtensionNames[i], SUBSET) != 0)
            names[below.enabledExtensionCount++] = info->ppEnabledExtensionNames[i];
    return real_create_device(physical, &below, hooks, out);
}

void __real_volkLoadInstanceOnly(VkInstance instance);
void __wrap_volkLoadInstanceOnly(VkInstance instance) {
    __real_volkLoadInstanceOnly(instance);
    real_device_extensions = vkEnumerateDeviceExtensionProperties;
    real_create_device = vkCreateDevice;
    vkEnumerateDeviceExtensionProperties = device_extensions;
    vkCreateDevice = create_device;
}
// NOLINTEND(bugprone-reserved-identifier)

static void open_one(bool loader, bool device) {
    struct rt_context *context = NULL;
    struct rt_device *opened = NULL;
    const struct rt_device_info *info;
    loader_knows = loader;
    device_falls_short = device;
    asked_by_name = asked_by_flag = subset_enabled = created = false;
    CHECK(rt_context_create(NULL, &context) == RT_OK);
    CHECK(rt_context_find_device(context, NULL, &info) == RT_OK);
    CHECK(rt_device_create(context, info, NULL, &opened) == RT_OK && created);
    CHECK(asked_by_name == loader && asked_by_flag == loader);
    CHECK(subset_enabled == device);
    rt_device_destroy(&opened);
    rt_context_destroy(&context);
}

int main(void) {
    test_begin();
    open_one(true, false);
    open_one(true, true);
    open_one(false, false);
    open_one(false, true);
    return test_end();
}
