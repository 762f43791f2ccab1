// Asks the driver about the pipelines of a device.
#include "runtime/statistics.h"

#include "runtime/device_private.h"
#include "runtime/kernel_private.h"
#include "runtime/log.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *rt_known_text(enum rt_known known) {
    static const char *const texts[RT_KNOWN_COUNT] = {
        [RT_KNOWN_REGISTERS] = "registers", [RT_KNOWN_WAVES] = "waves",
        [RT_KNOWN_SPILLS] = "spills",       [RT_KNOWN_SCRATCH] = "scratch_bytes",
        [RT_KNOWN_SHARED] = "shared_bytes", [RT_KNOWN_CODE] = "code_bytes",
        [RT_KNOWN_CYCLES] = "cycles"};
    return texts[known];
}

// The drivers' names for the same things, in any case: RADV's, NVK's, ANV's, of Mesa 25 and 26. Where two of one
// driver's mean one thing, they add up.
static const struct {
    const char *name;
    enum rt_known known;
} names[] = {
    {"VGPRs", RT_KNOWN_REGISTERS},
    {"Number of GPRs", RT_KNOWN_REGISTERS},
    {"Subgroups per SIMD", RT_KNOWN_WAVES},
    {"Max warps/SM", RT_KNOWN_WAVES},
    {"Spilled SGPRs", RT_KNOWN_SPILLS},
    {"Spilled VGPRs", RT_KNOWN_SPILLS},
    {"Spills to memory", RT_KNOWN_SPILLS},
    {"Spill count", RT_KNOWN_SPILLS},
    {"Spills", RT_KNOWN_SPILLS},
    {"Scratch size", RT_KNOWN_SCRATCH},
    {"SLM size", RT_KNOWN_SCRATCH},
    {"Scratch memory size", RT_KNOWN_SCRATCH},
    {"LDS size", RT_KNOWN_SHARED},
    {"Workgroup memory size", RT_KNOWN_SHARED},
    {"Code size", RT_KNOWN_CODE},
    {"Latency", RT_KNOWN_CYCLES},
    {"Static cycle count", RT_KNOWN_CYCLES},
    {"Cycle count", RT_KNOWN_CYCLES},
    {"Cycles", RT_KNOWN_CYCLES},
};

uint32_t rt_statistics_count(const struct rt_device *device) {
    return device->kernel_count;
}

uint32_t rt_statistics_index(const struct rt_device *device, const struct rt_kernel *kernel) {
    uint32_t i = 0;
    while (i < device->kernel_count && device->kernels[i] != kernel)
        i++;
    return i;
}

static enum rt_status refuse(const struct rt_device *device, const char *what) {
    rt_log(RT_LOG_ERROR, "device \"%s\" was not opened for %s", device->info.name, what);
    return RT_ERROR_UNSUPPORTED;
}

// The number itself comes back for what is known by a number.
static double convert(const VkPipelineExecutableStatisticKHR *from, struct rt_statistic *to) {
    snprintf(to->name, sizeof to->name, "%s", from->name);
    switch (from->format) {
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_BOOL32_KHR:
        snprintf(to->value, sizeof to->value, "%s", from->value.b32 ? "true" : "false");
        return from->value.b32 ? 1.0 : 0.0;
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_INT64_KHR:
        snprintf(to->value, sizeof to->value, "%" PRId64, from->value.i64);
        return (double)from->value.i64;
    case VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR:
        snprintf(to->value, sizeof to->value, "%" PRIu64, from->value.u64);
        return (double)from->value.u64;
    default:
        snprintf(to->value, sizeof to->value, isfinite(from->value.f64) ? "%.17g" : "null", from->value.f64);
        return from->value.f64;
    }
}

static bool is_same_name(const char *a, const char *b) {
    while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static void recognise(const char *name, double value, double known[RT_KNOWN_COUNT]) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_same_name(name, names[i].name)) {
            double *place = &known[names[i].known];
            *place = isnan(*place) ? value : *place + value;
        }
}

static enum rt_status list(struct rt_device *device, const VkPipelineExecutableInfoKHR *executable,
                           struct rt_statistics *out) {
    uint32_t count = 0;
    VkResult result =
        device->vk.vkGetPipelineExecutableStatisticsKHR(device->device, executable, &count, NULL);
    VkPipelineExecutableStatisticKHR *list = calloc((size_t)count + 1, sizeof *list);
    out->items = calloc((size_t)count + 1, sizeof *out->items);
    if (list == NULL || out->items == NULL) {
        free(list);
        return rt_no_memory("statistics");
    }
    for (uint32_t i = 0; i < count; i++)
        list[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
    if (result >= 0)
        result = device->vk.vkGetPipelineExecutableStatisticsKHR(device->device, executable, &count, list);
    for (uint32_t i = 0; i < count && result >= 0; i++)
        recognise(list[i].name, convert(&list[i], &out->items[i]), out->known);
    out->count = result >= 0 ? count : 0;
    free(list);
    return result < 0 ? rt_device_fail(device, "vkGetPipelineExecutableStatisticsKHR", result) : RT_OK;
}

// A compute pipeline has one executable in every driver that is known; of more the first is told.
static enum rt_status read_subgroup(struct rt_device *device, VkPipeline pipeline, uint32_t *size) {
    VkPipelineInfoKHR info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, .pipeline = pipeline};
    VkPipelineExecutablePropertiesKHR properties = {.sType =
                                                        VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR};
    uint32_t count = 1;
    VkResult result =
        device->vk.vkGetPipelineExecutablePropertiesKHR(device->device, &info, &count, &properties);
    *size = properties.subgroupSize;
    return result < 0 ? rt_device_fail(device, "vkGetPipelineExecutablePropertiesKHR", result) : RT_OK;
}

enum rt_status rt_statistics_read(struct rt_device *device, uint32_t i, struct rt_statistics *out) {
    const struct rt_kernel *kernel = device->kernels[i];
    *out = (struct rt_statistics){
        .kernel = kernel->code->name, .spec = kernel->spec, .spec_count = kernel->spec_count};
    for (int k = 0; k < RT_KNOWN_COUNT; k++)
        out->known[k] = NAN;
    if (!(device->pipeline_flags & VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR))
        return refuse(device, "statistics");
    VkPipelineExecutableInfoKHR executable = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR,
                                              .pipeline = kernel->pipeline};
    enum rt_status status = read_subgroup(device, kernel->pipeline, &out->subgroup_size);
    return status == RT_OK ? list(device, &executable, out) : status;
}

void rt_statistics_free(struct rt_statistics *statistics) {
    free(statistics->items);
    *statistics = (struct rt_statistics){0};
}

// Texts from the first to the last, as the compiler came by them.
static VkResult read_last_text(struct rt_device *device, const VkPipelineExecutableInfoKHR *executable,
                               uint32_t count, VkPipelineExecutableInternalRepresentationKHR *list,
                               char **text) {
    for (uint32_t i = 0; i < count; i++)
        list[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
    VkResult result = device->vk.vkGetPipelineExecutableInternalRepresentationsKHR(device->device, executable,
                                                                                   &count, list);
    uint32_t last = count;
    for (uint32_t i = 0; i < count; i++)
        last = list[i].isText ? i : last;
    if (result < 0 || last == count)
        return result < 0 ? result : VK_ERROR_FEATURE_NOT_PRESENT;
    *text = calloc(1, list[last].dataSize + 1);
    if (*text == NULL)
        return VK_ERROR_OUT_OF_HOST_MEMORY;
    list[last].pData = *text;
    return device->vk.vkGetPipelineExecutableInternalRepresentationsKHR(device->device, executable, &count,
                                                                        list);
}

enum rt_status rt_statistics_assembly(struct rt_device *device, uint32_t i, char **text) {
    *text = NULL;
    if (!(device->pipeline_flags & VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR))
        return refuse(device, "assembly");
    VkPipelineExecutableInfoKHR executable = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR,
                                              .pipeline = device->kernels[i]->pipeline};
    uint32_t count = 0;
    VkResult result = device->vk.vkGetPipelineExecutableInternalRepresentationsKHR(device->device,
                                                                                   &executable, &count, NULL);
    VkPipelineExecutableInternalRepresentationKHR *list = calloc((size_t)count + 1, sizeof *list);
    if (list == NULL)
        return rt_no_memory("assembly");
    if (result >= 0)
        result = read_last_text(device, &executable, count, list, text);
    free(list);
    if (result >= 0)
        return RT_OK;
    free(*text);
    *text = NULL;
    return rt_device_fail(device, "vkGetPipelineExecutableInternalRepresentationsKHR", result);
}
