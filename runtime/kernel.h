// Kernels: a compute pipeline plus one push-constant struct.
#ifndef MOGRAPH_RUNTIME_KERNEL_H
#define MOGRAPH_RUNTIME_KERNEL_H

#include "runtime/device.h"

#include <stddef.h>

enum {
    RT_MAX_PUSH_BYTES = 128, // what every Vulkan device offers
    RT_MAX_SPEC = 32,        // specialisation constants of one kernel; ids 0 to 2 are the local size
};

// A compiled shader, as the build embeds it.
struct rt_kernel_code {
    const char *name;      // <op>_<pass>[_<variant>], the same in file, enum, debug label and profiler row
    const uint32_t *words; // NULL: the program is built without it
    size_t size_bytes;
    bool fixed_subgroups; // relies on subgroups of exactly rt_device_info.pinned_subgroup invocations
    bool matrices;        // multiplies cooperative matrices; no words where the build's glslc cannot
};

struct rt_kernel;

// The pipeline for `code` with specialisation constants spec[0..spec_count), constant ids 0, 1, 2, ...;
// the first three are the local size. Built on first use and kept by the device;
// the same request gives the same pointer. Errors: RT_ERROR_UNSUPPORTED (the local size or
// pinned subgroups exceed the device), RT_ERROR_DRIVER.
enum rt_status rt_kernel_get(struct rt_device *device, const struct rt_kernel_code *code,
                             const uint32_t *spec, uint32_t spec_count, const struct rt_kernel **out);

const char *rt_kernel_name(const struct rt_kernel *kernel);

#endif
