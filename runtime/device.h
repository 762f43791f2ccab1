// An open device: one compute queue, its pipelines and its caches. Not thread-safe: one thread per device.
#ifndef MOGRAPH_RUNTIME_DEVICE_H
#define MOGRAPH_RUNTIME_DEVICE_H

#include "runtime/context.h"

#include <stddef.h>

struct rt_device;

// Opens the device that `info` (from `context`) describes. The context must outlive it. The caller owns *out.
// Errors: RT_ERROR_UNSUPPORTED, RT_ERROR_OUT_OF_MEMORY, RT_ERROR_DRIVER.
enum rt_status rt_device_create(struct rt_context *context, const struct rt_device_info *info,
                                struct rt_device **out);

// Saves the pipeline cache, destroys everything and nulls the handle. Arenas and streams must be gone before.
void rt_device_destroy(struct rt_device **device);

const struct rt_device_info *rt_device_describe(const struct rt_device *device);

// Device-local memory that is still free, in bytes, as far as
// the driver says; memory_bytes where it does not.
uint64_t rt_device_free_bytes(const struct rt_device *device);

// Writes the path of the pipeline cache on disk, whether or not it exists yet; false when there is nowhere to
// keep one (neither XDG_CACHE_HOME nor HOME is an absolute path).
bool rt_device_cache_path(const struct rt_device *device, char *path, size_t size);

// Messages of the validation layer so far, see rt_context_validation_count.
uint32_t rt_device_validation_count(const struct rt_device *device);

#endif
