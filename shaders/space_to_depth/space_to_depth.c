// Blocks of voxels to channels and back: checks, recording, references.
#include "shaders/space_to_depth/space_to_depth.h"

#include "shaders/op_define.h"
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

static bool describe_forth(const struct op_target *target, const struct op_space_to_depth *p,
                           struct op_space_to_depth_extents *args, struct op_signature *signature,
                           struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->wide = op_elements(p->dtype, element_count(p));
    args->deep = op_elements(p->dtype, element_count(p));
    return true;
}

static bool describe_back(const struct op_target *target, const struct op_space_to_depth *p,
                          struct op_depth_to_space_extents *args, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->deep = op_elements(p->dtype, element_count(p));
    args->wide = op_elements(p->dtype, element_count(p));
    return true;
}

static struct push_space_to_depth fill_push(const struct op_space_to_depth *p, struct rt_buffer wide,
                                            struct rt_buffer deep) {
    return (struct push_space_to_depth){.wide = wide.address,
                                        .deep = deep.address,
                                        .lines = p->n * (p->d / p->bd) * (p->h / p->bh),
                                        .h = p->h / p->bh,
                                        .w = p->w / p->bw,
                                        .c4 = p->c / 4,
                                        .bd = p->bd,
                                        .bh = p->bh,
                                        .bw = p->bw};
}

// The grid of both kernels: four channels of a place in the blocks of a line.
static uint64_t item_count(const struct push_space_to_depth *push) {
    return (uint64_t)push->lines * push->bd * push->bh * push->bw * push->c4;
}

static void record_forth(struct op_recorder *recorder, const struct op_space_to_depth *p,
                         const struct op_space_to_depth_buffers *args) {
    struct push_space_to_depth push = fill_push(p, args->wide, args->deep);
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, space_to_depth), push, .items = item_count(&push),
                                    .reads = {args->wide}, .writes = {args->deep}));
}

static void record_back(struct op_recorder *recorder, const struct op_space_to_depth *p,
                        const struct op_depth_to_space_buffers *args) {
    struct push_space_to_depth push = fill_push(p, args->wide, args->deep);
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, depth_to_space), push, .items = item_count(&push),
                                    .reads = {args->deep}, .writes = {args->wide}));
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

static void reference_forth(const struct op_space_to_depth *p, const struct op_space_to_depth_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++)
        args->deep[deep_index(p, i)] = args->wide[i];
}

static void reference_back(const struct op_space_to_depth *p, const struct op_depth_to_space_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++)
        args->wide[i] = args->deep[deep_index(p, i)];
}

OP_DEFINE(space_to_depth, describe_forth, record_forth, reference_forth, .adjoint = true,
          .shapes = {&op_space_to_depth_shapes, &op_space_to_depth_bench_shapes});
OP_DEFINE(depth_to_space, describe_back, record_back, reference_back, .adjoint = true,
          .shapes = {&op_space_to_depth_shapes, &op_depth_to_space_bench_shapes});
