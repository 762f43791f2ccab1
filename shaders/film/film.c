// Scale and shift per clip and channel: checks, recording, references.
#include "shaders/film/film.h"

#include "shaders/film/film_backward_push.h"
#include "shaders/film/film_forward_push.h"
#include "shaders/op_rows.h"

#include <stdio.h>

static uint64_t element_count(const struct op_film *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static bool describe(const struct op_film *p, struct op_signature *signature, struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u %s", p->n, p->voxels, p->c,
             p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_film *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "scale", OP_IN, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "shift", OP_IN, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, element_count(p));
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_film *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "scale", OP_IN, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "d_dst", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "d_src", OP_OUT, p->dtype, element_count(p));
    op_add_arg(signature, "d_scale", OP_OUT, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "d_shift", OP_OUT, OP_F32, (uint64_t)p->n * p->c);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, 2 * p->c));
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_film *p = params;
    const struct op_target *target = &recorder->library->target;
    struct push_film_forward push = {args[0].address, args[1].address, args[2].address, args[3].address,
                                     op_rows_plan(target, p->n, p->voxels, p->c)};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_film_forward_bf16 : KERNEL_film_forward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[3]}};
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_film *p = params;
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = op_rows_plan(target, p->n, p->voxels, p->c);
    struct push_film_backward push = {args[0].address, args[1].address, args[2].address,
                                      args[3].address, args[6].address, rows};
    struct op_launch launch = {.kernel =
                                   p->dtype == OP_BF16 ? KERNEL_film_backward_bf16 : KERNEL_film_backward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[3], op_rows_records(&rows, 2 * p->c, args[6])}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    const struct op_rows_outputs outputs = {
        .first = args[4], .second = args[5], .first_width = p->c, .factor = 1.0f};
    op_rows_sum(recorder, &rows, 2 * p->c, args[6], &outputs);
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_film *p = params;
    for (uint64_t i = 0; i < element_count(p); i++) {
        uint64_t channel = i / p->c / p->voxels * p->c + i % p->c;
        args[3][i] = args[0][i] * (1.0 + args[1][channel]) + args[2][channel];
    }
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_film *p = params;
    for (uint32_t channel = 0; channel < p->n * p->c; channel++)
        args[4][channel] = args[5][channel] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++) {
        uint64_t channel = i / p->c / p->voxels * p->c + i % p->c;
        args[3][i] = args[2][i] * (1.0 + args[1][channel]);
        args[4][channel] += args[2][i] * args[0][i];
        args[5][channel] += args[2][i];
    }
}

static const struct op_film examples[] = {{OP_F32, 2, 105, 12}, {OP_BF16, 2, 512, 16}};

const struct op_info op_film_forward_info = {.name = "film_forward",
                                             .params_size = sizeof(struct op_film),
                                             .describe = describe_forward,
                                             .record = record_forward,
                                             .reference = reference_forward,
                                             .examples = examples,
                                             .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_film_backward_info = {.name = "film_backward",
                                              .params_size = sizeof(struct op_film),
                                              .describe = describe_backward,
                                              .record = record_backward,
                                              .reference = reference_backward,
                                              .examples = examples,
                                              .example_count = sizeof examples / sizeof examples[0],
                                              .forward = OP_film_forward,
                                              .links = {{OP_LINK_SAME, 0},
                                                        {OP_LINK_SAME, 1},
                                                        {OP_LINK_GRADIENT, 3},
                                                        {OP_LINK_GRADIENT, 0},
                                                        {OP_LINK_GRADIENT, 1},
                                                        {OP_LINK_GRADIENT, 2}}};

void op_film_forward(struct op_recorder *recorder, const struct op_film *params, struct rt_buffer src,
                     struct rt_buffer scale, struct rt_buffer shift, struct rt_buffer dst) {
    op_record(recorder, OP_film_forward, params, (struct rt_buffer[]){src, scale, shift, dst}, 4);
}

void op_film_backward(struct op_recorder *recorder, const struct op_film *params, struct rt_buffer src,
                      struct rt_buffer scale, struct rt_buffer d_dst, struct rt_buffer d_src,
                      struct rt_buffer d_scale, struct rt_buffer d_shift, struct rt_buffer partials) {
    const struct rt_buffer args[] = {src, scale, d_dst, d_src, d_scale, d_shift, partials};
    op_record(recorder, OP_film_backward, params, args, 7);
}
