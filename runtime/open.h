// Opening and closing a device.
#ifndef MOGRAPH_RUNTIME_OPEN_H
#define MOGRAPH_RUNTIME_OPEN_H

#include "runtime/device.h"

// Opens the device that `info` (from `context`) describes. The context must outlive it. The caller owns *out.
// Errors: RT_ERROR_UNSUPPORTED, RT_ERROR_OUT_OF_MEMORY, RT_ERROR_DRIVER.
enum rt_status rt_device_create(struct rt_context *context, const struct rt_device_info *info,
                                struct rt_device **out);

// Saves the pipeline cache, destroys everything and nulls the handle. Arenas and streams must be gone before.
void rt_device_destroy(struct rt_device **device);

#endif
