// Joining and splitting channels: checks, recording, references.
#include "shaders/concat/concat.h"

#include "shaders/concat/concat_push.h"
#include "shaders/op_rows.h"

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

static bool describe_concat(const struct op_target *target, const void *params,
                            struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_concat *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "a", OP_IN, p->dtype, row_count(p) * p->ca);
    op_add_arg(signature, "b", OP_IN, p->dtype, row_count(p) * p->cb);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, row_count(p) * (p->ca + p->cb));
    return true;
}

static bool describe_split(const struct op_target *target, const void *params, struct op_signature *signature,
                           struct op_refusal *refusal) {
    const struct op_concat *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "src", OP_IN, p->dtype, row_count(p) * (p->ca + p->cb));
    op_add_arg(signature, "a", OP_OUT, p->dtype, row_count(p) * p->ca);
    op_add_arg(signature, "b", OP_OUT, p->dtype, row_count(p) * p->cb);
    return true;
}

static struct push_concat fill_push(const struct op_target *target, const struct op_concat *p,
                                    struct rt_buffer a, struct rt_buffer b, struct rt_buffer both) {
    return (struct push_concat){a.address, b.address, both.address,
                                op_rows_plan(target, 1, (uint32_t)row_count(p), p->ca + p->cb), p->ca / 4};
}

static void record_concat(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_concat *p = params;
    const struct op_target *target = &recorder->library->target;
    struct push_concat push = fill_push(target, p, args[0], args[1], args[2]);
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_concat_bf16 : KERNEL_concat,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[2]}};
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void record_split(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_concat *p = params;
    const struct op_target *target = &recorder->library->target;
    struct push_concat push = fill_push(target, p, args[1], args[2], args[0]);
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_split_bf16 : KERNEL_split,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1], args[2]}};
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_concat(const void *params, double *const *args) {
    const struct op_concat *p = params;
    uint32_t c = p->ca + p->cb;
    for (uint64_t i = 0; i < row_count(p) * c; i++) {
        uint64_t row = i / c, channel = i % c;
        args[2][i] =
            channel < p->ca ? args[0][row * p->ca + channel] : args[1][row * p->cb + channel - p->ca];
    }
}

static void reference_split(const void *params, double *const *args) {
    const struct op_concat *p = params;
    for (uint64_t row = 0; row < row_count(p); row++) {
        const double *src = args[0] + row * (p->ca + p->cb);
        for (uint32_t channel = 0; channel < p->ca; channel++)
            args[1][row * p->ca + channel] = src[channel];
        for (uint32_t channel = 0; channel < p->cb; channel++)
            args[2][row * p->cb + channel] = src[p->ca + channel];
    }
}

static const struct op_concat examples[] = {{OP_F32, 2, 105, 12, 8}, {OP_BF16, 2, 105, 4, 16}};

const struct op_info op_concat_info = {
    .name = "concat",
    .params_size = sizeof(struct op_concat),
    .describe = describe_concat,
    .record = record_concat,
    .reference = reference_concat,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_split,
    .links = {{OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 2}, {OP_LINK_GRADIENT, 0}}};

const struct op_info op_split_info = {
    .name = "split",
    .params_size = sizeof(struct op_concat),
    .describe = describe_split,
    .record = record_split,
    .reference = reference_split,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_concat,
    .links = {{OP_LINK_GRADIENT, 2}, {OP_LINK_GRADIENT, 0}, {OP_LINK_GRADIENT, 1}}};

void op_concat(struct op_recorder *recorder, const struct op_concat *params, struct rt_buffer a,
               struct rt_buffer b, struct rt_buffer dst) {
    op_record(recorder, OP_concat, params, (struct rt_buffer[]){a, b, dst}, 3);
}

void op_split(struct op_recorder *recorder, const struct op_concat *params, struct rt_buffer src,
              struct rt_buffer a, struct rt_buffer b) {
    op_record(recorder, OP_split, params, (struct rt_buffer[]){src, a, b}, 3);
}
