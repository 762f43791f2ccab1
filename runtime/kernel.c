// Builds compute pipelines from SPIR-V, once for each specialisation.
#include "runtime/kernel_private.h"

#include "runtime/array.h"
#include "runtime/device_private.h"
#include "runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rt_kernel_name(const struct rt_kernel *kernel) {
    return kernel->code->name;
}

static const struct rt_kernel *find(const struct rt_device *device, const struct rt_kernel_code *code,
                                    const uint32_t *spec, uint32_t spec_count) {
    for (uint32_t i = 0; i < device->kernel_count; i++) {
        const struct rt_kernel *kernel = device->kernels[i];
        if (kernel->code == code && kernel->spec_count == spec_count &&
            memcmp(kernel->spec, spec, spec_count * sizeof *spec) == 0)
            return kernel;
    }
    return NULL;
}

static bool fits(const struct rt_device *device, const struct rt_kernel_code *code, const uint32_t *spec) {
    const struct rt_device_info *info = &device->info;
    uint64_t invocations = 1;
    bool ok = true;
    for (int i = 0; i < 3; i++) {
        invocations *= spec[i];
        ok = ok && spec[i] > 0 && spec[i] <= info->max_local_size[i];
    }
    if (!ok || invocations > info->max_invocations) {
        rt_log(RT_LOG_ERROR, "kernel %s wants a workgroup of %ux%ux%u; \"%s\" allows %u invocations",
               code->name, spec[0], spec[1], spec[2], info->name, info->max_invocations);
        return false;
    }
    if (code->fixed_subgroups && !(info->subgroup_pinned && info->subgroup_broadcast)) {
        rt_log(RT_LOG_ERROR, "kernel %s needs subgroups of a fixed size with broadcast, which \"%s\" lacks",
               code->name, info->name);
        return false;
    }
    if (code->matrices && (code->words == NULL || info->matrix.m == 0)) {
        rt_log(RT_LOG_ERROR, "kernel %s needs cooperative matrices, which \"%s\" or this build lacks",
               code->name, info->name);
        return false;
    }
    if (code->words == NULL) {
        rt_log(RT_LOG_ERROR, "kernel %s is no part of this program, which only makes clips: use mograph",
               code->name);
        return false;
    }
    return true;
}

static enum rt_status refuse_pipeline(struct rt_device *device, const struct rt_kernel_code *code,
                                      const char *call, VkResult result) {
    char text[160];
    snprintf(text, sizeof text, "kernel %s could not be built on \"%.60s\": %s", code->name,
             device->info.name, call);
    return rt_device_fail(device, text, result);
}

static enum rt_status build_pipeline(struct rt_device *device, struct rt_kernel *kernel) {
    const struct rt_kernel_code *code = kernel->code;
    VkShaderModule module = VK_NULL_HANDLE;
    VkSpecializationMapEntry entries[RT_MAX_SPEC];
    for (uint32_t i = 0; i < kernel->spec_count; i++)
        entries[i] = (VkSpecializationMapEntry){.constantID = i, .offset = i * 4, .size = 4};
    VkSpecializationInfo spec = {.mapEntryCount = kernel->spec_count,
                                 .pMapEntries = entries,
                                 .dataSize = kernel->spec_count * 4,
                                 .pData = kernel->spec};
    VkPipelineShaderStageRequiredSubgroupSizeCreateInfo size = {
        .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO,
        .requiredSubgroupSize = device->info.pinned_subgroup};
    bool pin = (code->fixed_subgroups || code->matrices) && device->info.subgroup_selectable;
    VkShaderModuleCreateInfo module_info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                            .codeSize = code->size_bytes,
                                            .pCode = code->words};
    VkResult result = device->vk.vkCreateShaderModule(device->device, &module_info, NULL, &module);
    if (result < 0)
        return refuse_pipeline(device, code, "vkCreateShaderModule", result);
    VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .flags = device->pipeline_flags,
        .layout = device->pipeline_layout,
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .pNext = pin ? &size : NULL,
                  .flags = pin ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = module,
                  .pName = "main",
                  .pSpecializationInfo = &spec}};
    result = device->vk.vkCreateComputePipelines(device->device, device->pipeline_cache, 1, &info, NULL,
                                                 &kernel->pipeline);
    device->vk.vkDestroyShaderModule(device->device, module, NULL);
    if (result < 0)
        return refuse_pipeline(device, code, "vkCreateComputePipelines", result);
    if (device->context->has_debug_utils) {
        VkDebugUtilsObjectNameInfoEXT name = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
                                              .objectType = VK_OBJECT_TYPE_PIPELINE,
                                              .objectHandle = (uint64_t)kernel->pipeline,
                                              .pObjectName = code->name};
        vkSetDebugUtilsObjectNameEXT(device->device, &name);
    }
    return RT_OK;
}

static enum rt_status append(struct rt_device *device, struct rt_kernel *kernel) {
    if (!rt_array_reserve((void **)&device->kernels, device->kernel_count, &device->kernel_capacity,
                          sizeof(struct rt_kernel *)))
        return rt_no_memory("the list of kernels");
    device->kernels[device->kernel_count++] = kernel;
    return RT_OK;
}

static void destroy(struct rt_device *device, struct rt_kernel *kernel) {
    device->vk.vkDestroyPipeline(device->device, kernel->pipeline, NULL);
    free(kernel);
}

enum rt_status rt_kernel_get(struct rt_device *device, const struct rt_kernel_code *code,
                             const uint32_t *spec, uint32_t spec_count, const struct rt_kernel **out) {
    *out = find(device, code, spec, spec_count);
    if (*out != NULL)
        return RT_OK;
    if (device->lost)
        return RT_ERROR_DEVICE_LOST;
    if (spec_count < 3 || spec_count > RT_MAX_SPEC) {
        rt_log(RT_LOG_ERROR, "kernel %s with %u specialisation constants", code->name, spec_count);
        return RT_ERROR_INVALID;
    }
    if (!fits(device, code, spec))
        return RT_ERROR_UNSUPPORTED;
    struct rt_kernel *kernel = calloc(1, sizeof *kernel);
    if (kernel == NULL)
        return rt_no_memory("a kernel");
    kernel->code = code;
    kernel->spec_count = spec_count;
    memcpy(kernel->spec, spec, spec_count * sizeof *spec);
    enum rt_status status = build_pipeline(device, kernel);
    if (status == RT_OK)
        status = append(device, kernel);
    if (status != RT_OK) {
        destroy(device, kernel);
        return status;
    }
    if (device->trace)
        rt_log(RT_LOG_TRACE, "pipeline %s", code->name);
    *out = kernel;
    return RT_OK;
}

void rt_kernels_destroy(struct rt_device *device) {
    for (uint32_t i = 0; i < device->kernel_count; i++)
        destroy(device, device->kernels[i]);
    free(device->kernels);
    device->kernels = NULL;
    device->kernel_count = device->kernel_capacity = 0;
}
