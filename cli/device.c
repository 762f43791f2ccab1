// Opens the Vulkan device that a command works on, and says which one it is.
#include "cli/device.h"

#include "runtime/log.h"
#include "shaders/conv/conv_tune.h"

#include <stdio.h>

static enum rt_status open_all(const char *selector, const struct rt_device_params *params,
                               struct cli_device *out) {
    const struct rt_device_info *info;
    enum rt_status status = rt_context_create(NULL, &out->context);
    if (status == RT_OK)
        status = rt_context_find_device(out->context, selector, &info);
    if (status == RT_OK)
        status = rt_device_create(out->context, info, params, &out->device);
    return status == RT_OK ? op_library_create(out->device, &out->library) : status;
}

static bool open_quietly(const char *selector, struct rt_device_params params, struct cli_device *out,
                         struct cli_error *error) {
    *out = (struct cli_device){.error = error};
    if (!statistics_file_begin(&out->statistics, error))
        return false;
    params.statistics = params.statistics || out->statistics != NULL;
    return cli_check(error, open_all(selector, &params, out), "opening the device");
}

bool cli_device_open_quietly(const char *selector, struct cli_device *out, struct cli_error *error) {
    return open_quietly(selector, (struct rt_device_params){0}, out, error);
}

bool cli_device_open(const char *selector, struct cli_device *out, struct cli_error *error) {
    return cli_device_open_with(selector, &(struct rt_device_params){0}, out, error);
}

bool cli_device_open_with(const char *selector, const struct rt_device_params *params, struct cli_device *out,
                          struct cli_error *error) {
    if (!open_quietly(selector, *params, out, error))
        return false;
    const struct rt_device_info *info = rt_device_describe(out->device);
    rt_log(RT_LOG_INFO, "device %u: %s (%s), kernels: %s", info->index, info->name,
           rt_device_type_text(info->type), op_family_text(out->library->target.family));
    return true;
}

// What the command itself has to say comes first.
static void write_statistics(struct cli_device *device) {
    struct cli_error failed = {0};
    if (statistics_file_end(&device->statistics, device->device, &failed) || failed.status == 0)
        return;
    rt_log(RT_LOG_ERROR, "%s", failed.text);
    if (device->error->status == 0)
        device->error->status = failed.status;
}

bool cli_device_tune(struct cli_device *device, bool off) {
    if (!off)
        conv_tuning_start(device->library);
    return true;
}

void cli_device_close(struct cli_device *device) {
    write_statistics(device);
    op_library_destroy(&device->library);
    rt_device_destroy(&device->device);
    rt_context_destroy(&device->context);
}

void cli_matrix_text(const struct rt_device_info *info, char text[CLI_MATRIX_TEXT]) {
    const char *obstacle;
    if (op_family_possible(info, OP_FAMILY_COOP, &obstacle))
        snprintf(text, CLI_MATRIX_TEXT, "%ux%ux%u, fp16 with fp32 sums, subgroups of %u", info->matrix.m,
                 info->matrix.n, info->matrix.k, info->matrix_subgroup);
    else
        snprintf(text, CLI_MATRIX_TEXT, "none: %s", obstacle);
}

// The fields of VK_MAKE_API_VERSION (Vulkan 1.2, "Version Numbers"): 7 bits, 10 bits, 12 bits.
void cli_version_text(uint32_t version, char text[CLI_VERSION_TEXT]) {
    snprintf(text, CLI_VERSION_TEXT, "%u.%u.%u", version >> 22 & 0x7f, version >> 12 & 0x3ff,
             version & 0xfff);
}
