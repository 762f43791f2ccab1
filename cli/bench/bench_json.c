// Names the device, its kernels and the model.
#include "cli/bench/bench_json.h"

#include "model/weights/weights_layout.h"

cJSON *bench_json_head(const struct cli_device *device, const struct vae_config *model) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    char config[WEIGHTS_CONFIG_TEXT];
    cJSON *root = cJSON_CreateObject();
    weights_config_text(model, config);
    cJSON_AddStringToObject(root, "device", info->name);
    cJSON_AddStringToObject(root, "driver", info->driver);
    cJSON_AddStringToObject(root, "kernels", op_family_text(device->library->target.family));
    cJSON_AddStringToObject(root, "preset", model->name);
    cJSON_AddStringToObject(root, "config", config);
    return root;
}
