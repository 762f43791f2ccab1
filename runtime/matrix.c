// Asks a device for cooperative matrices, and turns them on.
#include "runtime/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef VK_KHR_cooperative_matrix

// Kernels cut their tiles for matrices of 8 or 16 along each axis, which is what there is.
static bool fits(uint32_t size) {
    return size == 8 || size == 16;
}

static bool is_wanted(const VkCooperativeMatrixPropertiesKHR *p) {
    return p->scope == VK_SCOPE_SUBGROUP_KHR && p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
           p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
           p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR && fits(p->MSize) && fits(p->NSize) &&
           fits(p->KSize);
}

// The largest matrices: fewest instructions for a tile.
static enum rt_status choose_shape(VkPhysicalDevice physical, struct rt_matrix_shape *shape) {
    uint32_t count = 0;
    VkResult result = vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(physical, &count, NULL);
    if (result < 0)
        return rt_vk_fail("vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR", result);
    VkCooperativeMatrixPropertiesKHR *list = calloc(count ? count : 1, sizeof *list);
    if (list == NULL)
        return rt_no_memory("the list of cooperative matrices");
    for (uint32_t i = 0; i < count; i++)
        list[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
    result = vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(physical, &count, list);
    for (uint32_t i = 0; result >= 0 && i < count; i++)
        if (is_wanted(&list[i]) &&
            list[i].MSize * list[i].NSize * list[i].KSize > shape->m * shape->n * shape->k)
            *shape = (struct rt_matrix_shape){list[i].MSize, list[i].NSize, list[i].KSize};
    free(list);
    return result < 0 ? rt_vk_fail("vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR", result) : RT_OK;
}

static bool has_features(VkPhysicalDevice physical) {
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR};
    VkPhysicalDeviceVulkan12Features features12 = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .pNext = &matrix};
    VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                          .pNext = &features12};
    vkGetPhysicalDeviceFeatures2(physical, &features);
    return matrix.cooperativeMatrix && features12.shaderFloat16 && features12.vulkanMemoryModel;
}

// Mesa's lavapipe (26.1: lvp_nir_lower_cooperative_matrix.c) offers matrices of 8 x 8 and takes the lanes of
// its vectors for their rows. That is right for 8 lanes. With 16 it reads and writes behind the end of a
// matrix and crashes as the pipeline is built; context.c has the vectors' size.
static bool is_misjudged(const struct rt_device_info *info) {
    return info->type == RT_DEVICE_CPU && strstr(info->driver, "llvmpipe") != NULL &&
           info->pinned_subgroup != 8;
}

static void set_reason(struct rt_device_info *info, const char *reason) {
    snprintf(info->matrix_reason, sizeof info->matrix_reason, "%s", reason);
}

enum rt_status rt_matrix_describe(VkPhysicalDevice physical, struct rt_device_info *info) {
    bool has = false;
    enum rt_status status = rt_vk_has_extension(physical, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME, &has);
    if (status != RT_OK)
        return status;
    if (!has) {
        set_reason(info, "the driver offers no cooperative matrices");
        return RT_OK;
    }
    if (!info->subgroup_pinned || !has_features(physical)) {
        set_reason(info, "the driver offers cooperative matrices, but not all that kernels with them need");
        return RT_OK;
    }
    if (is_misjudged(info)) {
        set_reason(info, "this driver has them with LP_NATIVE_VECTOR_WIDTH=256 only");
        return RT_OK;
    }
    status = choose_shape(physical, &info->matrix);
    if (status == RT_OK && info->matrix.m == 0)
        set_reason(info, "the driver's cooperative matrices do not include fp16 with fp32 sums");
    return status;
}

void rt_matrix_enable(struct rt_matrix_features *features, VkPhysicalDeviceVulkan12Features *features12) {
    *features = (struct rt_matrix_features){
        .extension = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME,
        .khr = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
                .pNext = features12->pNext,
                .cooperativeMatrix = VK_TRUE}};
    features12->pNext = &features->khr;
    features12->shaderFloat16 = VK_TRUE;
    features12->vulkanMemoryModel = VK_TRUE;
}

#else

enum rt_status rt_matrix_describe(VkPhysicalDevice physical, struct rt_device_info *info) {
    (void)physical;
    snprintf(info->matrix_reason, sizeof info->matrix_reason,
             "this program was built without them: its Vulkan headers were older than 1.3.255");
    return RT_OK;
}

// Never reached: no device is said to have matrices.
void rt_matrix_enable(struct rt_matrix_features *features, VkPhysicalDeviceVulkan12Features *features12) {
    (void)features12;
    *features = (struct rt_matrix_features){0};
}

#endif
