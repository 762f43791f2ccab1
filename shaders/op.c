// What holds for all operations: the table, describing, links by name, and the library of a device.
#include "shaders/op.h"

#include "runtime/align.h"
#include "runtime/log.h"
#include "runtime/transfer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OP(folder, name, forward) extern const struct op_info op_##name##_info;
#include "shaders/ops.def"
#undef OP

const struct op_info *const op_table[OP_COUNT] = {
#define OP(folder, name, forward) [OP_##name] = &op_##name##_info,
#include "shaders/ops.def"
#undef OP
};

static const char *const folders[OP_COUNT] = {
#define OP(folder, name, forward) [OP_##name] = #folder,
#include "shaders/ops.def"
#undef OP
};

static const enum op_id forwards[OP_COUNT] = {
#define OP(folder, name, forward) [OP_##name] = OP_##forward,
#include "shaders/ops.def"
#undef OP
};

const char *op_folder(enum op_id id) {
    return folders[id];
}

enum op_id op_forward(enum op_id id) {
    return forwards[id];
}

uint32_t op_arg_index(enum op_id id, const char *name) {
    for (uint32_t i = 0; i < op_table[id]->arg_count; i++)
        if (strcmp(op_table[id]->args[i].name, name) == 0)
            return i;
    return OP_MAX_ARGS;
}

struct op_link op_link(enum op_id backward, uint32_t arg) {
    const struct op_info *info = op_table[backward];
    enum op_id forward = forwards[backward];
    if (forward == OP_none || arg >= info->arg_count || info->args[arg].role == OP_SCRATCH)
        return (struct op_link){OP_LINK_NONE, 0};
    const char *name = info->args[arg].name;
    bool prefixed = strncmp(name, "d_", 2) == 0;
    uint32_t index = op_arg_index(forward, prefixed ? name + 2 : name);
    if (index == OP_MAX_ARGS)
        return (struct op_link){OP_LINK_NONE, 0};
    return (struct op_link){prefixed || info->adjoint ? OP_LINK_GRADIENT : OP_LINK_SAME, index};
}

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
    return arg->count * op_dtype_bytes(arg->dtype);
}

uint64_t op_arg_buffer_bytes(const struct op_arg *arg) {
    return rt_align_up(op_arg_bytes(arg), 16);
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
        return rt_no_memory("zeros");
    status = rt_buffer_upload(library->device, library->zeros, zeros, OP_ZERO_BYTES);
    free(zeros);
    return status;
}

enum rt_status op_library_create(struct rt_device *device, struct op_library **out) {
    *out = NULL;
    const struct rt_device_info *info = rt_device_describe(device);
    struct op_library *library = calloc(1, sizeof *library);
    if (library == NULL)
        return rt_no_memory("the operations");
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

// The signature's arguments: names and roles from the list, the rest as describe() stated it.
static bool take_extents(const struct op_info *info, const struct op_extent *extents,
                         struct op_signature *signature, struct op_refusal *refusal) {
    signature->arg_count = info->arg_count;
    for (uint32_t i = 0; i < info->arg_count; i++) {
        const struct op_extent *extent = &extents[i];
        enum op_role role = info->args[i].role;
        if (!extent->stated)
            return op_refuse(refusal, "nothing says how large argument %s is", info->args[i].name);
        signature->args[i] = (struct op_arg){.name = info->args[i].name,
                                             .role = role == OP_OUT && extent->accumulate ? OP_INOUT : role,
                                             .dtype = extent->dtype,
                                             .count = extent->count};
    }
    return true;
}

bool op_describe(const struct op_target *target, enum op_id id, const void *params,
                 struct op_signature *signature, struct op_refusal *refusal) {
    struct op_extent extents[OP_MAX_ARGS] = {0};
    *signature = (struct op_signature){0};
    return op_table[id]->describe(target, params, extents, signature, refusal) &&
           take_extents(op_table[id], extents, signature, refusal);
}

uint64_t op_scratch_bytes(const struct op_target *target, enum op_id id, const void *params) {
    struct op_signature signature;
    struct op_refusal refusal;
    uint64_t bytes = 0;
    if (!op_describe(target, id, params, &signature, &refusal))
        return 0;
    for (uint32_t i = 0; i < signature.arg_count; i++)
        if (signature.args[i].role == OP_SCRATCH)
            bytes += op_arg_buffer_bytes(&signature.args[i]);
    return bytes;
}
