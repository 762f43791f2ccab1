// What the JSON of every benchmark of a model begins with.
#ifndef MOGRAPH_CLI_BENCH_BENCH_JSON_H
#define MOGRAPH_CLI_BENCH_BENCH_JSON_H

#include "cli/device.h"
#include "cli/json.h"
#include "model/net/vae_config.h"

// An object with device, driver, kernels, preset and config; the caller owns it. NULL without memory.
cJSON *bench_json_head(const struct cli_device *device, const struct vae_config *model);

#endif
