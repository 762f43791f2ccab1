// Embedding of classes: checks, recording, references.
#include "shaders/embedding/embedding.h"

#include "shaders/embedding/embedding_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
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

static bool describe_forward(const struct op_target *target, const struct op_embedding *p,
                             struct op_embedding_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->table = op_elements(OP_F32, (uint64_t)p->classes * p->dim);
    args->ids = op_elements(OP_U32, p->n);
    args->dst = op_elements(OP_F32, (uint64_t)p->n * p->dim);
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_embedding *p,
                              struct op_embedding_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->ids = op_elements(OP_U32, p->n);
    args->d_dst = op_elements(OP_F32, (uint64_t)p->n * p->dim);
    args->d_table = op_elements_added(p->accumulate, OP_F32, (uint64_t)p->classes * p->dim);
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_embedding *p,
                           const struct op_embedding_forward_buffers *args) {
    struct push_embedding push = {.table = args->table.address,
                                  .ids = args->ids.address,
                                  .rows = args->dst.address,
                                  .classes = p->classes,
                                  .n = p->n,
                                  .dim4 = p->dim / 4,
                                  .accumulate = false};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_embedding_forward, push, .items = (uint64_t)p->n * push.dim4,
                                    .reads = {args->table, args->ids}, .writes = {args->dst}));
}

static void record_backward(struct op_recorder *recorder, const struct op_embedding *p,
                            const struct op_embedding_backward_buffers *args) {
    struct push_embedding push = {.table = args->d_table.address,
                                  .ids = args->ids.address,
                                  .rows = args->d_dst.address,
                                  .classes = p->classes,
                                  .n = p->n,
                                  .dim4 = p->dim / 4,
                                  .accumulate = p->accumulate};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_embedding_backward, push, .items = (uint64_t)p->classes * push.dim4,
                          .reads = {args->ids, args->d_dst, args->d_table}, .writes = {args->d_table}));
}

static void reference_forward(const struct op_embedding *p, const struct op_embedding_forward_arrays *args) {
    for (uint64_t i = 0; i < (uint64_t)p->n * p->dim; i++) {
        double id = args->ids[i / p->dim];
        args->dst[i] = id < p->classes ? args->table[(uint64_t)id * p->dim + i % p->dim] : NAN;
    }
}

static void reference_backward(const struct op_embedding *p,
                               const struct op_embedding_backward_arrays *args) {
    for (uint64_t i = 0; i < (uint64_t)p->classes * p->dim && !p->accumulate; i++)
        args->d_table[i] = 0.0;
    for (uint64_t i = 0; i < (uint64_t)p->n * p->dim; i++)
        if (args->ids[i / p->dim] < p->classes)
            args->d_table[(uint64_t)args->ids[i / p->dim] * p->dim + i % p->dim] += args->d_dst[i];
}

// Valid ids, but the first keeps one that is not when there are `unknown_at` samples.
static void prepare_ids(const struct op_embedding *p, uint32_t unknown_at, double *ids) {
    for (uint32_t n = 0; n < p->n; n++)
        ids[n] = fmod(ids[n], p->classes);
    if (p->n == unknown_at)
        ids[0] = 4294967295.0;
}

static void prepare_forward(const struct op_embedding *p, const struct op_embedding_forward_arrays *args) {
    prepare_ids(p, 5, args->ids);
}

static void prepare_backward(const struct op_embedding *p, const struct op_embedding_backward_arrays *args) {
    prepare_ids(p, 7, args->ids);
}

OP_PREPARE(embedding_forward, prepare_forward);
OP_DEFINE(embedding_forward, describe_forward, record_forward, reference_forward,
          .prepare = embedding_forward_prepare, .flags_at = offsetof(struct op_embedding, accumulate),
          .shapes = {&op_embedding_shapes, &op_embedding_unknown_shapes});

OP_PREPARE(embedding_backward, prepare_backward);
OP_DEFINE(embedding_backward, describe_backward, record_backward, reference_backward,
          .prepare = embedding_backward_prepare, .flags_at = offsetof(struct op_embedding, accumulate),
          .shapes = {&op_embedding_shapes});
