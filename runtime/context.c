// Creates the Vulkan instance and lists the devices.
#include "runtime/context_private.h"

#include "runtime/log.h"
#include "runtime/matrix.h"
#include "runtime/system/machine.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

bool rt_env_flag(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0;
}

const char *rt_device_type_text(enum rt_device_type type) {
    switch (type) {
    case RT_DEVICE_DISCRETE:
        return "discrete";
    case RT_DEVICE_VIRTUAL:
        return "virtual";
    case RT_DEVICE_INTEGRATED:
        return "integrated";
    case RT_DEVICE_CPU:
        return "cpu";
    case RT_DEVICE_OTHER:
        break;
    }
    return "other";
}

static VKAPI_ATTR VkBool32 VKAPI_CALL on_debug_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                       VkDebugUtilsMessageTypeFlagsEXT types,
                                                       const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                       void *user) {
    struct rt_context *context = user;
    (void)severity;
    // The loader reports drivers that it skips through the same channel; those are no fault of ours.
    if (!(types & VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT))
        return VK_FALSE;
    context->validation_count++;
    rt_log(RT_LOG_ERROR, "validation: %s", data->pMessage);
    return VK_FALSE;
}

static VkDebugUtilsMessengerCreateInfoEXT messenger_info(struct rt_context *context) {
    return (VkDebugUtilsMessengerCreateInfoEXT){
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity =
            VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = on_debug_message,
        .pUserData = context,
    };
}

static enum rt_status has_layer(const char *name, bool *has) {
    uint32_t count = 0;
    *has = false;
    VkResult result = vkEnumerateInstanceLayerProperties(&count, NULL);
    VkLayerProperties *layers = result < 0 ? NULL : calloc(count ? count : 1, sizeof *layers);
    if (result >= 0 && layers == NULL)
        return rt_no_memory("the list of layers");
    if (result >= 0)
        result = vkEnumerateInstanceLayerProperties(&count, layers);
    for (uint32_t i = 0; result >= 0 && i < count && !*has; i++)
        *has = strcmp(layers[i].layerName, name) == 0;
    free(layers);
    return result < 0 ? rt_vk_fail("vkEnumerateInstanceLayerProperties", result) : RT_OK;
}

// The layer brings debug utils itself.
static enum rt_status choose_extras(struct rt_context *context, bool validate) {
    bool has = true;
    enum rt_status status = validate ? has_layer(VALIDATION_LAYER, &has) : RT_OK;
    if (status == RT_OK && !has) {
        rt_log(RT_LOG_ERROR, "validation was asked for, but " VALIDATION_LAYER
                             " is not installed: install vulkan-validationlayers");
        return RT_ERROR_UNSUPPORTED;
    }
    if (status == RT_OK)
        status = rt_vk_has_extension(VK_NULL_HANDLE, VK_EXT_DEBUG_UTILS_EXTENSION_NAME, &has);
    context->has_debug_utils = validate || (status == RT_OK && has);
    if (status == RT_OK)
        status = rt_vk_has_extension(VK_NULL_HANDLE, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME, &has);
    context->lists_portable = status == RT_OK && has;
    return status;
}

static enum rt_status create_instance(struct rt_context *context, bool validate) {
    enum rt_status status = choose_extras(context, validate);
    if (status != RT_OK)
        return status;
    VkDebugUtilsMessengerCreateInfoEXT messenger = messenger_info(context);
    VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                             .pApplicationName = "mograph",
                             .apiVersion = VK_API_VERSION_1_2};
    const char *layer = VALIDATION_LAYER, *extensions[2];
    uint32_t extension_count = 0;
    if (context->has_debug_utils)
        extensions[extension_count++] = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
    // Without it the loader leaves out devices that fall short of all of Vulkan, as on macOS.
    if (context->lists_portable)
        extensions[extension_count++] = VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME;
    VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pNext = validate ? &messenger : NULL,
        .pApplicationInfo = &app,
        .enabledLayerCount = validate ? 1 : 0,
        .ppEnabledLayerNames = &layer,
        .flags = context->lists_portable ? VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR : 0,
        .enabledExtensionCount = extension_count,
        .ppEnabledExtensionNames = extensions,
    };
    VkResult result = vkCreateInstance(&info, NULL, &context->instance);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
        return RT_ERROR_NO_DEVICE;
    if (result < 0)
        return rt_vk_fail("vkCreateInstance", result);
    volkLoadInstanceOnly(context->instance);
    if (validate)
        result = vkCreateDebugUtilsMessengerEXT(context->instance, &messenger, NULL, &context->messenger);
    return result < 0 ? rt_vk_fail("vkCreateDebugUtilsMessengerEXT", result) : RT_OK;
}

static enum rt_device_type device_type(VkPhysicalDeviceType type) {
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return RT_DEVICE_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return RT_DEVICE_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return RT_DEVICE_VIRTUAL;
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return RT_DEVICE_CPU;
    default:
        return RT_DEVICE_OTHER;
    }
}

static void format_uuid(const uint8_t bytes[16], char text[37]) {
    char *at = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        snprintf(at, 3, "%02x", bytes[i]);
        at += 2;
    }
}

static bool has_compute_queue(VkPhysicalDevice physical) {
    VkQueueFamilyProperties families[32];
    uint32_t count = 32;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    for (uint32_t i = 0; i < count; i++)
        if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT)
            return true;
    return false;
}

// Fills in everything that decides whether and how the device can be used.
static void describe_features(VkPhysicalDevice physical, struct rt_device_info *info) {
    VkPhysicalDeviceVulkan12Features features12 = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &features12};
    vkGetPhysicalDeviceFeatures2(physical, &features);
    if (!has_compute_queue(physical))
        snprintf(info->reason, sizeof info->reason, "has no compute queue");
    else if (!features12.bufferDeviceAddress)
        snprintf(info->reason, sizeof info->reason, "lacks buffer device addresses (bufferDeviceAddress)");
    else if (!features.features.shaderInt64)
        snprintf(info->reason, sizeof info->reason, "lacks 64-bit integers in shaders (shaderInt64)");
    else
        info->usable = true;
}

static enum rt_status describe_subgroups(VkPhysicalDevice physical, struct rt_device_info *info) {
    bool size_control = info->api_version >= VK_API_VERSION_1_3;
    enum rt_status status = RT_OK;
    if (!size_control)
        status = rt_vk_has_extension(physical, VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME, &size_control);
    if (status != RT_OK)
        return status;
    VkPhysicalDeviceSubgroupSizeControlProperties sizes = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES};
    VkPhysicalDeviceSubgroupProperties subgroup = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES,
                                                   .pNext = size_control ? &sizes : NULL};
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                              .pNext = &subgroup};
    vkGetPhysicalDeviceProperties2(physical, &properties);
    bool in_compute = (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
    info->subgroup_size = subgroup.subgroupSize;
    info->min_subgroup_size = size_control ? sizes.minSubgroupSize : subgroup.subgroupSize;
    info->subgroup_broadcast =
        in_compute && (subgroup.supportedOperations & VK_SUBGROUP_FEATURE_BALLOT_BIT) != 0;
    info->subgroup_pinned =
        size_control && (sizes.minSubgroupSize == sizes.maxSubgroupSize ||
                         (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0);
    // The smallest: what matrix units are made for (8 on Intel's Xe-HPG, 32 on RDNA3), with most registers a
    // lane.
    info->matrix_subgroup = !info->subgroup_pinned      ? 0
                            : sizes.minSubgroupSize < 8 ? 8
                                                        : sizes.minSubgroupSize;
    return RT_OK;
}

static enum rt_status describe_device(VkPhysicalDevice physical, uint32_t index,
                                      struct rt_device_info *info) {
    VkPhysicalDeviceProperties core;
    vkGetPhysicalDeviceProperties(physical, &core);
    *info = (struct rt_device_info){
        .index = index,
        .type = device_type(core.deviceType),
        .api_version = core.apiVersion,
        .vendor_id = core.vendorID,
        .driver_version = core.driverVersion,
        .max_shared_bytes = core.limits.maxComputeSharedMemorySize,
        .max_invocations = core.limits.maxComputeWorkGroupInvocations,
        .max_push_bytes = core.limits.maxPushConstantsSize,
        .timestamp_period_ns = core.limits.timestampComputeAndGraphics ? core.limits.timestampPeriod : 0.0f};
    memcpy(info->max_local_size, core.limits.maxComputeWorkGroupSize, sizeof info->max_local_size);
    snprintf(info->name, sizeof info->name, "%s", core.deviceName);
    if (core.apiVersion < VK_API_VERSION_1_2) {
        snprintf(info->reason, sizeof info->reason, "offers Vulkan %u.%u, 1.2 is needed",
                 VK_API_VERSION_MAJOR(core.apiVersion), VK_API_VERSION_MINOR(core.apiVersion));
        return RT_OK;
    }
    VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties maintenance3 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &driver};
    VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES,
                                       .pNext = &maintenance3};
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                              .pNext = &id};
    vkGetPhysicalDeviceProperties2(physical, &properties);
    snprintf(info->driver, sizeof info->driver, "%.120s %.120s", driver.driverName, driver.driverInfo);
    format_uuid(id.deviceUUID, info->uuid);
    info->max_allocation_bytes = maintenance3.maxMemoryAllocationSize;
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    for (uint32_t i = 0; i < memory.memoryHeapCount; i++)
        if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
            info->memory_bytes += memory.memoryHeaps[i].size;
    describe_features(physical, info);
    enum rt_status status = describe_subgroups(physical, info);
    return status == RT_OK ? rt_matrix_describe(physical, info) : status;
}

static enum rt_status list_devices(struct rt_context *context) {
    uint32_t count = 0;
    VkResult result = vkEnumeratePhysicalDevices(context->instance, &count, NULL);
    if (result >= 0 && count == 0)
        return RT_ERROR_NO_DEVICE;
    if (result < 0)
        return rt_vk_fail("vkEnumeratePhysicalDevices", result);
    context->physical = calloc(count, sizeof *context->physical);
    context->infos = calloc(count, sizeof *context->infos);
    if (context->physical == NULL || context->infos == NULL)
        return rt_no_memory("the list of devices");
    result = vkEnumeratePhysicalDevices(context->instance, &count, context->physical);
    if (result < 0)
        return rt_vk_fail("vkEnumeratePhysicalDevices", result);
    context->device_count = count;
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        status = describe_device(context->physical[i], i, &context->infos[i]);
    return status;
}

// Mesa's CPU driver computes in vectors of 256 bits unless it is told otherwise before it is loaded. Where
// the processor has 512, convolutions run 1.5 to 1.9 times as fast with them. A setting of the user's stands.
// Kernels with cooperative matrices, which are asked for by name on a CPU, take 256: see matrix.c.
static void widen_cpu_vectors(void) {
#if defined(__x86_64__)
    const char *kernels = getenv("MOGRAPH_KERNELS");
    bool matrices = kernels != NULL && strcmp(kernels, "coop") == 0;
    if (__builtin_cpu_supports("avx512f") && !matrices)
        sys_environment_default("LP_NATIVE_VECTOR_WIDTH", "512");
#endif
}

enum rt_status rt_context_create(const struct rt_context_params *params, struct rt_context **out) {
    *out = NULL;
    widen_cpu_vectors();
    if (volkInitialize() != VK_SUCCESS) {
        rt_log(RT_LOG_ERROR, "no Vulkan loader %s", sys_loader_advice());
        return RT_ERROR_NO_LOADER;
    }
    struct rt_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return rt_no_memory("a Vulkan instance");
    bool validate = (params != NULL && params->validate) || rt_env_flag("MOGRAPH_VALIDATE");
    enum rt_status status = create_instance(context, validate);
    if (status == RT_OK)
        status = list_devices(context);
    if (status == RT_ERROR_NO_DEVICE)
        rt_log(RT_LOG_ERROR, "no Vulkan driver offers a device: %s", sys_driver_advice());
    if (status != RT_OK)
        rt_context_destroy(&context);
    *out = context;
    return status;
}

void rt_context_destroy(struct rt_context **handle) {
    struct rt_context *context = *handle;
    if (context == NULL)
        return;
    if (context->messenger != VK_NULL_HANDLE)
        vkDestroyDebugUtilsMessengerEXT(context->instance, context->messenger, NULL);
    if (context->instance != VK_NULL_HANDLE)
        vkDestroyInstance(context->instance, NULL);
    free(context->physical);
    free(context->infos);
    free(context);
    *handle = NULL;
}

uint32_t rt_context_device_count(const struct rt_context *context) {
    return context->device_count;
}

const struct rt_device_info *rt_context_device(const struct rt_context *context, uint32_t i) {
    return &context->infos[i];
}

uint32_t rt_context_validation_count(const struct rt_context *context) {
    return context->validation_count;
}

uint32_t rt_context_loader_version(const struct rt_context *context) {
    (void)context; // it exists, so the loader is there
    return volkGetInstanceVersion();
}

bool rt_context_has_validation(const struct rt_context *context) {
    (void)context;
    bool has;
    return has_layer(VALIDATION_LAYER, &has) == RT_OK && has;
}

static bool contains_ignoring_case(const char *text, const char *part) {
    for (size_t length = strlen(part); *text != '\0'; text++) {
        size_t i = 0;
        while (i < length && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (i == length)
            return true;
    }
    return false;
}

static bool matches(const struct rt_device_info *info, const char *selector) {
    if (selector[strspn(selector, "0123456789")] == '\0') {
        char *end;
        return strtoul(selector, &end, 10) == info->index;
    }
    return strcmp(selector, info->uuid) == 0 || contains_ignoring_case(info->name, selector);
}

static enum rt_status find_best(const struct rt_context *context, const struct rt_device_info **out) {
    for (uint32_t i = 0; i < context->device_count; i++) {
        const struct rt_device_info *info = &context->infos[i];
        if (info->usable && (*out == NULL || info->type > (*out)->type))
            *out = info;
    }
    if (*out != NULL)
        return RT_OK;
    rt_log(RT_LOG_ERROR,
           "no device can be used: \"%s\" %s; `mograph devices` or `mograph-demo --list` lists them all",
           context->infos[0].name, context->infos[0].reason);
    return RT_ERROR_UNSUPPORTED;
}

enum rt_status rt_context_find_device(const struct rt_context *context, const char *selector,
                                      const struct rt_device_info **out) {
    *out = NULL;
    if (selector == NULL || selector[0] == '\0')
        selector = getenv("MOGRAPH_DEVICE");
    if (selector == NULL || selector[0] == '\0')
        return find_best(context, out);
    const struct rt_device_info *unusable = NULL;
    for (uint32_t i = 0; i < context->device_count; i++) {
        const struct rt_device_info *info = &context->infos[i];
        if (!matches(info, selector))
            continue;
        if (info->usable) {
            *out = info;
            return RT_OK;
        }
        unusable = info;
    }
    if (unusable != NULL) {
        rt_log(RT_LOG_ERROR, "device %u \"%s\" cannot be used: it %s", unusable->index, unusable->name,
               unusable->reason);
        return RT_ERROR_UNSUPPORTED;
    }
    rt_log(RT_LOG_ERROR,
           "no device matches \"%s\": give an index, a UUID or a part of a name that "
           "`mograph devices` or `mograph-demo --list` lists",
           selector);
    return RT_ERROR_NO_DEVICE;
}
