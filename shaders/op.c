// What holds for all operations: the table, describing, links by name.
#include "shaders/op.h"

#include "runtime/align.h"

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
    static const char *const texts[OP_FAMILY_COUNT] = {
        [OP_FAMILY_TILE] = "tile", [OP_FAMILY_LANE] = "lane", [OP_FAMILY_COOP] = "coop"};
    return texts[family];
}

struct op_target op_exact_target(const struct op_target *target) {
    struct op_target exact = *target;
    if (exact.family == OP_FAMILY_COOP)
        exact.family = OP_FAMILY_TILE;
    return exact;
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
