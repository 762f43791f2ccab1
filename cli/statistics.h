// What the driver tells of a device's pipelines, as JSON, and the file that MOGRAPH_STATISTICS names.
#ifndef MOGRAPH_CLI_STATISTICS_H
#define MOGRAPH_CLI_STATISTICS_H

#include "cli/error.h"
#include "runtime/statistics.h"

#include <cjson/cJSON.h>

struct statistics_file;

// Creates the file's temporary, so that a bad name is told before any work; *out is NULL when MOGRAPH_STATISTICS
// is not set.
bool statistics_file_begin(struct statistics_file **out, struct cli_error *error);
// Writes a line for each pipeline that the device (NULL: none) has built, and gives the file its name. Frees and
// nulls in either case; a NULL file is fine.
bool statistics_file_end(struct statistics_file **file, struct rt_device *device, struct cli_error *error);

// All pipelines that a device has built, as rows on stdout, or under `name` in an object.
bool statistics_print(struct rt_device *device, struct cli_error *error);
bool statistics_add(cJSON *object, const char *name, struct rt_device *device, struct cli_error *error);

// One pipeline. NULL without memory.
cJSON *statistics_json(const struct rt_device_info *device, const struct rt_statistics *statistics);

#endif
