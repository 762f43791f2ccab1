// The Vulkan instance and the list of devices.
#ifndef MOGRAPH_RUNTIME_CONTEXT_H
#define MOGRAPH_RUNTIME_CONTEXT_H

#include "runtime/status.h"

#include <stdbool.h>
#include <stdint.h>

struct rt_context;

enum rt_device_type {
    RT_DEVICE_OTHER,
    RT_DEVICE_CPU,
    RT_DEVICE_INTEGRATED,
    RT_DEVICE_VIRTUAL,
    RT_DEVICE_DISCRETE
};

// Cooperative matrices: fp16 of m x k times fp16 of k x n, added up in fp32.
struct rt_matrix_shape {
    uint32_t m, n, k;
};

// What is known of a device before it is opened. A limit of 0 means unsupported.
struct rt_device_info {
    uint32_t index; // position in the loader's list, the number `--device` takes
    char name[256];
    char driver[256]; // driver name and version as the driver words it
    char reason[256]; // why the device cannot be used; empty when `usable`
    char uuid[37];    // device UUID, 8-4-4-4-12 lower-case hexadecimal
    enum rt_device_type type;
    bool usable;
    uint32_t api_version; // VK_MAKE_API_VERSION encoding
    uint32_t vendor_id;
    uint32_t driver_version;
    uint64_t memory_bytes;         // device-local heaps, added up
    uint64_t max_allocation_bytes; // largest single block of memory
    uint32_t subgroup_size;        // invocations
    uint32_t min_subgroup_size;    // the smallest that the driver may choose
    bool subgroup_pinned;          // kernels can rely on exactly `subgroup_size`
    bool subgroup_broadcast;
    struct rt_matrix_shape matrix; // of kernels with cooperative matrices; m 0: none
    uint32_t matrix_subgroup;      // invocations of a subgroup in them
    char matrix_reason[128];       // why there are none
    uint32_t max_shared_bytes;     // per workgroup
    uint32_t max_invocations;      // per workgroup
    uint32_t max_local_size[3];
    uint32_t max_push_bytes;
    float timestamp_period_ns; // 0: no timestamps
};

struct rt_context_params {
    bool validate; // load the validation layer; MOGRAPH_VALIDATE=1 does the same
};

// Opens the Vulkan loader, creates an instance and lists the devices. `params` may be NULL.
// Errors: RT_ERROR_NO_LOADER, RT_ERROR_NO_DEVICE when no driver offers a device, RT_ERROR_UNSUPPORTED when
// validation is wanted and the layer is not installed. The caller owns *out.
enum rt_status rt_context_create(const struct rt_context_params *params, struct rt_context **out);

// Destroys and nulls the handle. All devices of the context must be destroyed before.
void rt_context_destroy(struct rt_context **context);

uint32_t rt_context_device_count(const struct rt_context *context);

// The i-th device, i < rt_context_device_count. Valid as long as the context.
const struct rt_device_info *rt_context_device(const struct rt_context *context, uint32_t i);

// Messages of the validation layer so far; always 0 without validation.
uint32_t rt_context_validation_count(const struct rt_context *context);

// The newest Vulkan version the loader knows, in the encoding of rt_device_info.api_version, and whether the
// validation layer is installed (not whether it is on).
uint32_t rt_context_loader_version(const struct rt_context *context);
bool rt_context_has_validation(const struct rt_context *context);

// Finds a device: `selector` is an index ("0"), a UUID, or a part of the name in any case. NULL or "" takes
// MOGRAPH_DEVICE, and without that the best one: discrete, then virtual, integrated, CPU.
// Errors: RT_ERROR_NO_DEVICE; RT_ERROR_UNSUPPORTED when the named
// device cannot be used (its reason is logged).
enum rt_status rt_context_find_device(const struct rt_context *context, const char *selector,
                                      const struct rt_device_info **out);

const char *rt_device_type_text(enum rt_device_type type);

// True when the environment variable is set to something other than "" and "0".
bool rt_env_flag(const char *name);

#endif
