// Blocks of voxels to channels and back: checks, recording, references.
#include "shaders/space_to_depth/space_to_depth.h"

#include "shaders/space_to_depth/space_to_depth_push.h"

#include <stdio.h>

static uint64_t element_count(const struct op_space_to_depth *p) {
    return (uint64_t)p->n * p->d * p->h * p->w * p->c;
}

static bool check_axis(struct op_refusal *refusal, const char *name, uint32_t size, uint32_t block) {
    if (!op_in_range(refusal, name, size, 1, 65535))
        return false;
    if (block < 1 || block > 4 || size % block != 0)
        return op_refuse(refusal, "%s is %u and its block %u; the block must be 1 to 4 and divide it", name,
                         size, block);
    return true;
}

static bool describe(const struct op_space_to_depth *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_in_range(refusal, "n", p->n, 1, 65535) || !check_axis(refusal, "d", p->d, p->bd) ||
        !check_axis(refusal, "h", p->h, p->bh) || !check_axis(refusal, "w", p->w, p->bw))
        return false;
    // Checked in two steps: the product of all five may exceed 64 bits.
    if (!op_check_count(refusal, "wide without w and c", (uint64_t)p->n * p->d * p->h) ||
        !op_check_count(refusal, "wide", element_count(p)))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u d=%u h=%u w=%u c=%u block=%ux%ux%u %s", p->n,
             p->d, p->h, p->w, p->c, p->bd, p->bh, p->bw, p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static bool describe_either(const void *params, const char *src, const char *dst,
                            struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_space_to_depth *p = params;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, src, OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, dst, OP_OUT, p->dtype, element_count(p));
    return true;
}

static bool describe_forth(const struct op_target *target, const void *params, struct op_signature *signature,
                           struct op_refusal *refusal) {
    (void)target;
    return describe_either(params, "wide", "deep", signature, refusal);
}

static bool describe_back(const struct op_target *target, const void *params, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    return describe_either(params, "deep", "wide", signature, refusal);
}

static void record(struct op_recorder *recorder, const struct op_space_to_depth *p, enum op_kernel kernel,
                   struct rt_buffer wide, struct rt_buffer deep, struct op_launch *launch) {
    struct push_space_to_depth push = {.wide = wide.address,
                                       .deep = deep.address,
                                       .lines = p->n * (p->d / p->bd) * (p->h / p->bh),
                                       .h = p->h / p->bh,
                                       .w = p->w / p->bw,
                                       .c4 = p->c / 4,
                                       .bd = p->bd,
                                       .bh = p->bh,
                                       .bw = p->bw};
    launch->kernel = kernel;
    launch->push = &push;
    launch->push_bytes = sizeof push;
    op_grid_for_items(&recorder->library->target, (uint64_t)push.lines * p->bd * p->bh * p->bw * push.c4,
                      launch);
    op_dispatch(recorder, launch);
}

static void record_forth(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_space_to_depth *p = params;
    struct op_launch launch = {.reads = {args[0]}, .writes = {args[1]}};
    record(recorder, p, p->dtype == OP_BF16 ? KERNEL_space_to_depth_bf16 : KERNEL_space_to_depth, args[0],
           args[1], &launch);
}

static void record_back(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_space_to_depth *p = params;
    struct op_launch launch = {.reads = {args[0]}, .writes = {args[1]}};
    record(recorder, p, p->dtype == OP_BF16 ? KERNEL_depth_to_space_bf16 : KERNEL_depth_to_space, args[1],
           args[0], &launch);
}

// Where a wide element lies in the deep tensor, straight from the definition.
static uint64_t deep_index(const struct op_space_to_depth *p, uint64_t wide) {
    uint64_t channel = wide % p->c, x = wide / p->c % p->w, y = wide / p->c / p->w % p->h;
    uint64_t z = wide / p->c / p->w / p->h % p->d, n = wide / p->c / p->w / p->h / p->d;
    uint64_t place = (z % p->bd * p->bh + y % p->bh) * p->bw + x % p->bw;
    uint64_t voxel =
        ((n * (p->d / p->bd) + z / p->bd) * (p->h / p->bh) + y / p->bh) * (p->w / p->bw) + x / p->bw;
    return voxel * p->bd * p->bh * p->bw * p->c + place * p->c + channel;
}

static void reference_forth(const void *params, double *const *args) {
    const struct op_space_to_depth *p = params;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[1][deep_index(p, i)] = args[0][i];
}

static void reference_back(const void *params, double *const *args) {
    const struct op_space_to_depth *p = params;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[1][i] = args[0][deep_index(p, i)];
}

static const struct op_space_to_depth examples[] = {{OP_F32, 2, 4, 6, 8, 4, 2, 2, 2},
                                                    {OP_BF16, 1, 2, 8, 12, 4, 1, 4, 3}};

const struct op_info op_space_to_depth_info = {.name = "space_to_depth",
                                               .params_size = sizeof(struct op_space_to_depth),
                                               .describe = describe_forth,
                                               .record = record_forth,
                                               .reference = reference_forth,
                                               .examples = examples,
                                               .example_count = sizeof examples / sizeof examples[0],
                                               .forward = OP_depth_to_space,
                                               .links = {{OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 0}}};

const struct op_info op_depth_to_space_info = {.name = "depth_to_space",
                                               .params_size = sizeof(struct op_space_to_depth),
                                               .describe = describe_back,
                                               .record = record_back,
                                               .reference = reference_back,
                                               .examples = examples,
                                               .example_count = sizeof examples / sizeof examples[0],
                                               .forward = OP_space_to_depth,
                                               .links = {{OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 0}}};

void op_space_to_depth(struct op_recorder *recorder, const struct op_space_to_depth *params,
                       struct rt_buffer wide, struct rt_buffer deep) {
    op_record(recorder, OP_space_to_depth, params, (struct rt_buffer[]){wide, deep}, 2);
}

void op_depth_to_space(struct op_recorder *recorder, const struct op_space_to_depth *params,
                       struct rt_buffer deep, struct rt_buffer wide) {
    op_record(recorder, OP_depth_to_space, params, (struct rt_buffer[]){deep, wide}, 2);
}
