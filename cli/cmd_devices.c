// mograph devices: every Vulkan device, and whether mograph can use it.
#include "cli/command.h"
#include "cli/device.h"
#include "cli/json.h"

struct devices_values {
    bool json;
};

static const struct option options[] = {{OPTION_JSON(struct devices_values, json)}, {0}};

// The family of kernels this device would run, or "" when it can run none.
static const char *family_of(const struct rt_device_info *info) {
    enum op_family family;
    return info->usable && op_family_choose(info, &family) == RT_OK ? op_family_text(family) : "";
}

static void print_device(const struct rt_device_info *info) {
    char version[CLI_VERSION_TEXT];
    cli_version_text(info->api_version, version);
    printf("%u  %s\n", info->index, info->name);
    printf("   %-10s %s\n", "type", rt_device_type_text(info->type));
    if (info->driver[0] != '\0')
        printf("   %-10s %s\n", "driver", info->driver);
    if (info->uuid[0] != '\0')
        printf("   %-10s %s\n", "UUID", info->uuid);
    printf("   %-10s %s\n", "Vulkan", version);
    if (info->memory_bytes > 0)
        printf("   %-10s %.1f GiB\n", "memory", (double)info->memory_bytes / (1 << 30));
    if (info->subgroup_size > 0)
        printf("   %-10s %u invocations\n", "subgroup", info->subgroup_size);
    if (!info->usable) {
        printf("   %-10s no: it %s\n", "usable", info->reason);
        return;
    }
    char matrices[CLI_MATRIX_TEXT];
    cli_matrix_text(info, matrices);
    printf("   %-10s %s\n", "matrices", matrices);
    const char *family = family_of(info);
    printf("   %-10s %s\n", "kernels", family[0] != '\0' ? family : "none");
    printf("   %-10s yes\n", "usable");
}

static cJSON *device_json(const struct rt_device_info *info) {
    char version[CLI_VERSION_TEXT], matrices[CLI_MATRIX_TEXT];
    cJSON *row = cJSON_CreateObject();
    cli_version_text(info->api_version, version);
    cli_matrix_text(info, matrices);
    cJSON_AddNumberToObject(row, "index", info->index);
    cJSON_AddStringToObject(row, "name", info->name);
    cJSON_AddStringToObject(row, "driver", info->driver);
    cJSON_AddStringToObject(row, "type", rt_device_type_text(info->type));
    cJSON_AddStringToObject(row, "uuid", info->uuid);
    cJSON_AddStringToObject(row, "api_version", version);
    cJSON_AddNumberToObject(row, "memory_bytes", (double)info->memory_bytes);
    cJSON_AddNumberToObject(row, "max_allocation_bytes", (double)info->max_allocation_bytes);
    cJSON_AddNumberToObject(row, "subgroup_size", info->subgroup_size);
    cJSON_AddStringToObject(row, "matrices", matrices);
    cJSON_AddStringToObject(row, "kernels", family_of(info));
    cJSON_AddBoolToObject(row, "usable", info->usable);
    cJSON_AddStringToObject(row, "reason", info->reason);
    return row;
}

static bool print_json(const struct rt_context *context, struct cli_error *error) {
    cJSON *root = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(root, "devices");
    for (uint32_t i = 0; i < rt_context_device_count(context); i++)
        cJSON_AddItemToArray(rows, device_json(rt_context_device(context, i)));
    return json_print_and_delete(root, error);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct devices_values *v = values;
    (void)args;
    (void)arg_count;
    struct rt_context *context;
    bool done = cli_check(error, rt_context_create(NULL, &context), "looking for devices");
    if (!done)
        return false;
    if (v->json)
        done = print_json(context, error);
    else
        for (uint32_t i = 0; i < rt_context_device_count(context); i++)
            print_device(rt_context_device(context, i));
    rt_context_destroy(&context);
    return done;
}

const struct command cmd_devices = {
    .name = "devices",
    .summary = "list the Vulkan devices and whether they can be used",
    .text = "The number, the UUID or a part of the name is what --device and MOGRAPH_DEVICE take.\n",
    .options = options,
    .values_size = sizeof(struct devices_values),
    .run = run,
};
