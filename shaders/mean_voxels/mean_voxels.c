// Mean over voxels: checks, recording, references.
#include "shaders/mean_voxels/mean_voxels.h"

#include "shaders/mean_voxels/mean_voxels_backward_push.h"
#include "shaders/mean_voxels/mean_voxels_forward_push.h"
#include "shaders/op_rows.h"

#include <stdio.h>

static uint64_t element_count(const struct op_mean_voxels *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static bool describe(const struct op_mean_voxels *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u %s", p->n, p->voxels, p->c,
             p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_mean_voxels *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "dst", OP_OUT, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_mean_voxels *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "d_dst", OP_IN, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "d_src", OP_OUT, p->dtype, element_count(p));
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_mean_voxels *p = params;
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    struct push_mean_voxels_forward push = {args[0].address, args[2].address, rows};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_mean_voxels_forward_bf16
                                                             : KERNEL_mean_voxels_forward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {op_rows_records(&rows, p->c, args[2])}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    const struct op_rows_outputs outputs = {
        .first = args[1], .first_width = p->c, .factor = 1.0f / (float)p->voxels};
    op_rows_sum(recorder, &rows, p->c, args[2], &outputs);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_mean_voxels *p = params;
    const struct op_target *target = &recorder->library->target;
    struct push_mean_voxels_backward push = {args[0].address, args[1].address,
                                             op_rows_plan(target, p->n, p->voxels, p->c)};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_mean_voxels_backward_bf16
                                                             : KERNEL_mean_voxels_backward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]}};
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_mean_voxels *p = params;
    for (uint32_t i = 0; i < p->n * p->c; i++)
        args[1][i] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[1][i / p->c / p->voxels * p->c + i % p->c] += args[0][i] / p->voxels;
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_mean_voxels *p = params;
    for (uint64_t i = 0; i < element_count(p); i++)
        args[1][i] = args[0][i / p->c / p->voxels * p->c + i % p->c] / p->voxels;
}

static const struct op_mean_voxels examples[] = {{OP_F32, 2, 105, 12}, {OP_BF16, 2, 512, 16}};

const struct op_info op_mean_voxels_forward_info = {.name = "mean_voxels_forward",
                                                    .params_size = sizeof(struct op_mean_voxels),
                                                    .describe = describe_forward,
                                                    .record = record_forward,
                                                    .reference = reference_forward,
                                                    .examples = examples,
                                                    .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_mean_voxels_backward_info = {.name = "mean_voxels_backward",
                                                     .params_size = sizeof(struct op_mean_voxels),
                                                     .describe = describe_backward,
                                                     .record = record_backward,
                                                     .reference = reference_backward,
                                                     .examples = examples,
                                                     .example_count = sizeof examples / sizeof examples[0],
                                                     .forward = OP_mean_voxels_forward,
                                                     .links = {{OP_LINK_GRADIENT, 1}, {OP_LINK_GRADIENT, 0}}};

void op_mean_voxels_forward(struct op_recorder *recorder, const struct op_mean_voxels *params,
                            struct rt_buffer src, struct rt_buffer dst, struct rt_buffer partials) {
    op_record(recorder, OP_mean_voxels_forward, params, (struct rt_buffer[]){src, dst, partials}, 3);
}

void op_mean_voxels_backward(struct op_recorder *recorder, const struct op_mean_voxels *params,
                             struct rt_buffer d_dst, struct rt_buffer d_src) {
    op_record(recorder, OP_mean_voxels_backward, params, (struct rt_buffer[]){d_dst, d_src}, 2);
}
