// Opening and closing a device.
#ifndef MOGRAPH_RUNTIME_OPEN_H
#define MOGRAPH_RUNTIME_OPEN_H

#include "runtime/device.h"

struct rt_device_params {
    // Pipelines are compiled, and whatever is submitted is dropped: memory is the host's, what is read from it
    // means nothing. It takes a driver, but no hardware.
    bool record_only;
    bool statistics; // for rt_statistics_read
    bool assembly;   // for rt_statistics_assembly, and statistics
};

// Opens the device that `info` (from `context`) describes. The context must outlive it. `params` may be NULL.
// The caller owns *out. Errors: RT_ERROR_UNSUPPORTED (also when statistics are wanted and the driver offers
// none), RT_ERROR_OUT_OF_MEMORY, RT_ERROR_DRIVER.
enum rt_status rt_device_create(struct rt_context *context, const struct rt_device_info *info,
                                const struct rt_device_params *params, struct rt_device **out);

// Saves the pipeline cache, destroys everything and nulls the handle. Arenas and streams must be gone before.
void rt_device_destroy(struct rt_device **device);

#endif
