// What all operations share: refusals, checks of shapes, grids, dispatches, the library of a device.
#include "shaders/op.h"

#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/check/op_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OP(name) extern const struct op_info op_##name##_info;
#include "shaders/ops.def"
#undef OP

const struct op_info *const op_table[OP_COUNT] = {
#define OP(name) [OP_##name] = &op_##name##_info,
#include "shaders/ops.def"
#undef OP
};

const char *op_family_text(enum op_family family) {
    return family == OP_FAMILY_LANE ? "lane" : "tile";
}

uint64_t op_dtype_bytes(enum op_dtype dtype) {
    switch (dtype) {
    case OP_U8:
        return 1;
    case OP_BF16:
        return 2;
    case OP_F32:
    case OP_U32:
        break;
    }
    return 4;
}

uint64_t op_arg_bytes(const struct op_arg *arg) {
    return (arg->count * op_dtype_bytes(arg->dtype) + 15) / 16 * 16;
}

static enum rt_status check_family(const struct rt_device_info *info, enum op_family family) {
    if (family == OP_FAMILY_TILE || (info->subgroup_pinned && info->subgroup_broadcast))
        return RT_OK;
    rt_log(RT_LOG_ERROR,
           "kernel family lane needs subgroups of a fixed size with broadcast, which \"%s\" lacks; "
           "use MOGRAPH_KERNELS=tile",
           info->name);
    return RT_ERROR_UNSUPPORTED;
}

enum rt_status op_library_set_family(struct op_library *library, enum op_family family) {
    enum rt_status status = check_family(rt_device_describe(library->device), family);
    if (status == RT_OK)
        library->target.family = family;
    return status;
}

enum rt_status op_family_choose(const struct rt_device_info *info, enum op_family *family) {
    const char *forced = getenv("MOGRAPH_KERNELS");
    bool lane = info->type == RT_DEVICE_CPU && info->subgroup_pinned && info->subgroup_broadcast;
    if (forced != NULL && forced[0] != '\0') {
        lane = strcmp(forced, "lane") == 0;
        if (!lane && strcmp(forced, "tile") != 0) {
            rt_log(RT_LOG_ERROR, "MOGRAPH_KERNELS=%s: the kernel families are tile and lane", forced);
            return RT_ERROR_INVALID;
        }
    }
    *family = lane ? OP_FAMILY_LANE : OP_FAMILY_TILE;
    return check_family(info, *family);
}

static enum rt_status create_zeros(struct op_library *library) {
    enum rt_status status =
        rt_arena_create(library->device, RT_MEMORY_DEVICE, OP_ZERO_BYTES, "zeros", &library->arena);
    if (status != RT_OK)
        return status;
    library->zeros = rt_arena_push(library->arena, OP_ZERO_BYTES);
    void *zeros = calloc(1, OP_ZERO_BYTES);
    if (zeros == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    status = rt_buffer_upload(library->device, library->zeros, zeros, OP_ZERO_BYTES);
    free(zeros);
    return status;
}

enum rt_status op_library_create(struct rt_device *device, struct op_library **out) {
    *out = NULL;
    const struct rt_device_info *info = rt_device_describe(device);
    struct op_library *library = calloc(1, sizeof *library);
    if (library == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    library->device = device;
    library->check = rt_env_flag("MOGRAPH_CHECK");
    library->target = (struct op_target){.cpu = info->type == RT_DEVICE_CPU,
                                         .subgroup_size = info->subgroup_size,
                                         .max_invocations = info->max_invocations,
                                         .max_shared_bytes = info->max_shared_bytes};
    enum rt_status status = op_family_choose(info, &library->target.family);
    if (status == RT_OK)
        status = create_zeros(library);
    if (status != RT_OK)
        op_library_destroy(&library);
    *out = library;
    return status;
}

void op_library_destroy(struct op_library **handle) {
    struct op_library *library = *handle;
    if (library == NULL)
        return;
    rt_arena_destroy(&library->arena);
    free(library);
    *handle = NULL;
}

bool op_refuse(struct op_refusal *refusal, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, args);
    va_end(args);
    return false;
}

bool op_in_range(struct op_refusal *refusal, const char *name, uint64_t value, uint64_t low, uint64_t high) {
    if (value >= low && value <= high)
        return true;
    return op_refuse(refusal, "%s is %llu, it must be %llu to %llu", name, (unsigned long long)value,
                     (unsigned long long)low, (unsigned long long)high);
}

bool op_check_channels(struct op_refusal *refusal, const char *name, uint32_t channels) {
    if (!op_in_range(refusal, name, channels, 4, OP_MAX_CHANNELS))
        return false;
    return channels % 4 == 0 || op_refuse(refusal, "%s is %u, it must be a multiple of 4", name, channels);
}

bool op_check_count(struct op_refusal *refusal, const char *name, uint64_t count) {
    if (count == 0)
        return op_refuse(refusal, "%s has no elements", name);
    return count <= INT32_MAX ||
           op_refuse(refusal, "%s has %llu elements, at most %d are possible; lower the batch size", name,
                     (unsigned long long)count, INT32_MAX);
}

bool op_check_dtype(struct op_refusal *refusal, enum op_dtype dtype) {
    return dtype == OP_F32 || dtype == OP_BF16 ||
           op_refuse(refusal, "activations are stored as fp32 or bf16, not as type %d", (int)dtype);
}

void op_add_arg(struct op_signature *signature, const char *name, enum op_role role, enum op_dtype dtype,
                uint64_t count) {
    signature->args[signature->arg_count++] = (struct op_arg){name, role, dtype, count};
}

bool op_describe(const struct op_target *target, enum op_id id, const void *params,
                 struct op_signature *signature, struct op_refusal *refusal) {
    *signature = (struct op_signature){0};
    return op_table[id]->describe(target, params, signature, refusal);
}

static bool buffers_fit(struct op_recorder *recorder, enum op_id id, const struct op_signature *signature,
                        const struct rt_buffer *args) {
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        if (arg->count == 0)
            continue;
        uint64_t bytes = arg->count * op_dtype_bytes(arg->dtype);
        if (args[i].address == 0 || args[i].size_bytes < bytes || args[i].address % 16 != 0) {
            rt_stream_fail(recorder->stream, RT_ERROR_INVALID,
                           "%s: argument %s needs %llu bytes, got %llu (%s)", op_table[id]->name, arg->name,
                           (unsigned long long)bytes, (unsigned long long)args[i].size_bytes,
                           signature->text);
            return false;
        }
    }
    return true;
}

void op_record(struct op_recorder *recorder, enum op_id id, const void *params, const struct rt_buffer *args,
               uint32_t arg_count) {
    if (rt_stream_status(recorder->stream) != RT_OK)
        return;
    struct op_signature signature;
    struct op_refusal refusal;
    if (!op_describe(&recorder->library->target, id, params, &signature, &refusal)) {
        rt_stream_fail(recorder->stream, RT_ERROR_INVALID, "%s: %s", op_table[id]->name, refusal.text);
        return;
    }
    if (arg_count != signature.arg_count) {
        rt_stream_fail(recorder->stream, RT_ERROR_INVALID, "%s takes %u arguments, got %u",
                       op_table[id]->name, signature.arg_count, arg_count);
        return;
    }
    // The exact ranges, so that barriers are no wider than needed.
    struct rt_buffer exact[OP_MAX_ARGS] = {0};
    if (!buffers_fit(recorder, id, &signature, args))
        return;
    for (uint32_t i = 0; i < arg_count; i++)
        if (signature.args[i].count > 0)
            exact[i] = rt_buffer_slice(args[i], 0,
                                       signature.args[i].count * op_dtype_bytes(signature.args[i].dtype));
    struct op_check_hook *hook =
        recorder->library->check ? op_check_before(recorder, id, params, &signature, exact) : NULL;
    op_table[id]->record(recorder, params, exact);
    op_check_after(recorder, hook);
}

void op_grid_for_items(const struct op_target *target, uint64_t items, struct op_launch *launch) {
    uint32_t local = target->max_invocations < 256 ? target->max_invocations : 256;
    uint64_t groups = op_div_up(items, local);
    if (target->family == OP_FAMILY_LANE) {
        // A CPU device pays for every workgroup: few of them, each with a long loop.
        local = 64;
        groups = op_div_up(items, local);
        groups = groups > 128 ? 128 : groups;
    }
    launch->local[0] = local;
    launch->groups = groups ? groups : 1;
}

static double buffer_bytes(const struct rt_buffer *buffers) {
    double bytes = 0.0;
    for (int i = 0; i < RT_MAX_ACCESS; i++)
        bytes += (double)buffers[i].size_bytes;
    return bytes;
}

void op_dispatch(struct op_recorder *recorder, const struct op_launch *launch) {
    uint32_t spec[RT_MAX_SPEC];
    for (int i = 0; i < 3; i++)
        spec[i] = launch->local[i] ? launch->local[i] : 1;
    spec[3] = recorder->library->target.family == OP_FAMILY_LANE;
    memcpy(spec + 4, launch->spec, launch->spec_count * sizeof *spec);
    struct rt_dispatch dispatch = {.push = launch->push,
                                   .push_bytes = launch->push_bytes,
                                   .groups = launch->groups,
                                   .read_count = RT_MAX_ACCESS,
                                   .write_count = RT_MAX_ACCESS,
                                   .flops = launch->flops,
                                   .bytes = buffer_bytes(launch->reads) + buffer_bytes(launch->writes)};
    enum rt_status status = rt_kernel_get(recorder->library->device, &op_kernel_codes[launch->kernel], spec,
                                          launch->spec_count + 4, &dispatch.kernel);
    if (status != RT_OK) {
        rt_stream_fail(recorder->stream, status, "kernel %s is not available",
                       op_kernel_codes[launch->kernel].name);
        return;
    }
    memcpy(dispatch.reads, launch->reads, sizeof dispatch.reads);
    memcpy(dispatch.writes, launch->writes, sizeof dispatch.writes);
    rt_stream_dispatch(recorder->stream, &dispatch);
}
