// An open device (open.h opens one): one compute queue, its pipelines and its caches. Not thread-safe: one
// thread per device.
#ifndef MOGRAPH_RUNTIME_DEVICE_H
#define MOGRAPH_RUNTIME_DEVICE_H

#include "runtime/context.h"

struct rt_device;

const struct rt_device_info *rt_device_describe(const struct rt_device *device);

// Device-local memory that is still free, in bytes, as far as
// the driver says; memory_bytes where it does not.
uint64_t rt_device_free_bytes(const struct rt_device *device);

// False where what is submitted is dropped, and what is read means nothing (rt_device_params.record_only).
bool rt_device_computes(const struct rt_device *device);

// Messages of the validation layer so far, see rt_context_validation_count.
uint32_t rt_device_validation_count(const struct rt_device *device);

#endif
