// Joining and splitting channels: checks, recording, references.
#include "shaders/concat/concat.h"

#include "shaders/concat/concat_push.h"
#include "shaders/op_define.h"

#include <stdio.h>

static uint64_t row_count(const struct op_concat *p) {
    return (uint64_t)p->n * p->voxels;
}

static bool describe(const struct op_concat *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "ca", p->ca) ||
        !op_check_channels(refusal, "cb", p->cb) || !op_check_rows(refusal, p->n, p->voxels, p->ca + p->cb))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u+%u %s", p->n, p->voxels, p->ca,
             p->cb, p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static bool describe_concat(const struct op_target *target, const struct op_concat *p,
                            struct op_concat_extents *args, struct op_signature *signature,
                            struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->a = op_elements(p->dtype, row_count(p) * p->ca);
    args->b = op_elements(p->dtype, row_count(p) * p->cb);
    args->whole = op_elements(p->dtype, row_count(p) * (p->ca + p->cb));
    return true;
}

static bool describe_split(const struct op_target *target, const struct op_concat *p,
                           struct op_split_extents *args, struct op_signature *signature,
                           struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->whole = op_elements(p->dtype, row_count(p) * (p->ca + p->cb));
    args->a = op_elements(p->dtype, row_count(p) * p->ca);
    args->b = op_elements(p->dtype, row_count(p) * p->cb);
    return true;
}

static struct push_concat fill_push(const struct op_target *target, const struct op_concat *p,
                                    struct rt_buffer a, struct rt_buffer b, struct rt_buffer whole) {
    return (struct push_concat){.a = a.address,
                                .b = b.address,
                                .both = whole.address,
                                .rows = op_rows_plan(target, 1, (uint32_t)row_count(p), p->ca + p->cb),
                                .a4 = p->ca / 4};
}

static void record_concat(struct op_recorder *recorder, const struct op_concat *p,
                          const struct op_concat_buffers *args) {
    struct push_concat push = fill_push(&recorder->library->target, p, args->a, args->b, args->whole);
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, concat), push, .items = op_rows_items(&push.rows),
                                    .reads = {args->a, args->b}, .writes = {args->whole}));
}

static void record_split(struct op_recorder *recorder, const struct op_concat *p,
                         const struct op_split_buffers *args) {
    struct push_concat push = fill_push(&recorder->library->target, p, args->a, args->b, args->whole);
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, split), push, .items = op_rows_items(&push.rows),
                                    .reads = {args->whole}, .writes = {args->a, args->b}));
}

static void reference_concat(const struct op_concat *p, const struct op_concat_arrays *args) {
    uint32_t c = p->ca + p->cb;
    for (uint64_t i = 0; i < row_count(p) * c; i++) {
        uint64_t row = i / c, channel = i % c;
        args->whole[i] =
            channel < p->ca ? args->a[row * p->ca + channel] : args->b[row * p->cb + channel - p->ca];
    }
}

static void reference_split(const struct op_concat *p, const struct op_split_arrays *args) {
    for (uint64_t row = 0; row < row_count(p); row++) {
        const double *whole = args->whole + row * (p->ca + p->cb);
        for (uint32_t channel = 0; channel < p->ca; channel++)
            args->a[row * p->ca + channel] = whole[channel];
        for (uint32_t channel = 0; channel < p->cb; channel++)
            args->b[row * p->cb + channel] = whole[p->ca + channel];
    }
}

OP_DEFINE(concat, describe_concat, record_concat, reference_concat, .adjoint = true,
          .shapes = {&op_concat_shapes});
OP_DEFINE(split, describe_split, record_split, reference_split, .adjoint = true,
          .shapes = {&op_concat_shapes});
