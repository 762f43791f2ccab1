// Embedding of classes: checks, recording, references.
#include "shaders/embedding/embedding.h"

#include "shaders/embedding/embedding_push.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_embedding *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_channels(refusal, "dim", p->dim) ||
        !op_check_count(refusal, "the table", (uint64_t)p->classes * p->dim) ||
        !op_check_count(refusal, "dst", (uint64_t)p->n * p->dim))
        return false;
    snprintf(signature->text, sizeof signature->text, "classes=%u dim=%u n=%u%s", p->classes, p->dim, p->n,
             p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_embedding *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "table", OP_IN, OP_F32, (uint64_t)p->classes * p->dim);
    op_add_arg(signature, "ids", OP_IN, OP_U32, p->n);
    op_add_arg(signature, "dst", OP_OUT, OP_F32, (uint64_t)p->n * p->dim);
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_embedding *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "ids", OP_IN, OP_U32, p->n);
    op_add_arg(signature, "d_dst", OP_IN, OP_F32, (uint64_t)p->n * p->dim);
    op_add_arg(signature, "d_table", p->accumulate ? OP_INOUT : OP_OUT, OP_F32,
               (uint64_t)p->classes * p->dim);
    return true;
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_embedding *p = params;
    struct push_embedding push = {
        args[0].address, args[1].address, args[2].address, p->classes, p->n, p->dim / 4, false};
    struct op_launch launch = {.kernel = KERNEL_embedding_forward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[2]}};
    op_grid_for_items(&recorder->library->target, (uint64_t)p->n * push.dim4, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_embedding *p = params;
    struct push_embedding push = {args[2].address, args[0].address, args[1].address, p->classes, p->n,
                                  p->dim / 4,      p->accumulate};
    struct op_launch launch = {.kernel = KERNEL_embedding_backward,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[2]}};
    op_grid_for_items(&recorder->library->target, (uint64_t)p->classes * push.dim4, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_forward(const void *params, double *const *args) {
    const struct op_embedding *p = params;
    for (uint64_t i = 0; i < (uint64_t)p->n * p->dim; i++) {
        double id = args[1][i / p->dim];
        args[2][i] = id < p->classes ? args[0][(uint64_t)id * p->dim + i % p->dim] : NAN;
    }
}

static void reference_backward(const void *params, double *const *args) {
    const struct op_embedding *p = params;
    double *d_table = args[2];
    for (uint64_t i = 0; i < (uint64_t)p->classes * p->dim && !p->accumulate; i++)
        d_table[i] = 0.0;
    for (uint64_t i = 0; i < (uint64_t)p->n * p->dim; i++)
        if (args[0][i / p->dim] < p->classes)
            d_table[(uint64_t)args[0][i / p->dim] * p->dim + i % p->dim] += args[1][i];
}

// Valid ids, but the first keeps one that is not when there are `unknown_at` samples.
static void prepare_ids(const struct op_embedding *p, uint32_t unknown_at, double *ids) {
    for (uint32_t n = 0; n < p->n; n++)
        ids[n] = fmod(ids[n], p->classes);
    if (p->n == unknown_at)
        ids[0] = 4294967295.0;
}

static void prepare_forward(const void *params, double *const *args) {
    prepare_ids(params, 5, args[1]);
}

static void prepare_backward(const void *params, double *const *args) {
    prepare_ids(params, 7, args[0]);
}

static const struct op_embedding examples[] = {{6, 32, 8, false}, {3, 4, 17, true}};

const struct op_info op_embedding_forward_info = {.name = "embedding_forward",
                                                  .params_size = sizeof(struct op_embedding),
                                                  .describe = describe_forward,
                                                  .record = record_forward,
                                                  .reference = reference_forward,
                                                  .prepare = prepare_forward,
                                                  .examples = examples,
                                                  .example_count = sizeof examples / sizeof examples[0]};

const struct op_info op_embedding_backward_info = {
    .name = "embedding_backward",
    .params_size = sizeof(struct op_embedding),
    .describe = describe_backward,
    .record = record_backward,
    .reference = reference_backward,
    .prepare = prepare_backward,
    .examples = examples,
    .example_count = sizeof examples / sizeof examples[0],
    .forward = OP_embedding_forward,
    .links = {{OP_LINK_SAME, 1}, {OP_LINK_GRADIENT, 2}, {OP_LINK_GRADIENT, 0}}};

void op_embedding_forward(struct op_recorder *recorder, const struct op_embedding *params,
                          struct rt_buffer table, struct rt_buffer ids, struct rt_buffer dst) {
    op_record(recorder, OP_embedding_forward, params, (struct rt_buffer[]){table, ids, dst}, 3);
}

void op_embedding_backward(struct op_recorder *recorder, const struct op_embedding *params,
                           struct rt_buffer ids, struct rt_buffer d_dst, struct rt_buffer d_table) {
    op_record(recorder, OP_embedding_backward, params, (struct rt_buffer[]){ids, d_dst, d_table}, 3);
}
