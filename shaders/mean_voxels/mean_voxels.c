// Mean over voxels: checks, recording, references.
#include "shaders/mean_voxels/mean_voxels.h"

#include "shaders/mean_voxels/mean_voxels_backward_push.h"
#include "shaders/mean_voxels/mean_voxels_forward_push.h"
#include "shaders/op_define.h"

#include <stddef.h>
#include <stdio.h>

static uint64_t element_count(const struct op_mean_voxels *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static struct op_rows plan(const struct op_target *target, const struct op_mean_voxels *p) {
    return op_rows_plan(target, p->n, p->voxels, p->c);
}

static bool describe(const struct op_mean_voxels *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u %s%s", p->n, p->voxels, p->c,
             p->dtype == OP_BF16 ? "bf16" : "fp32", p->accumulate ? " accumulate" : "");
    return true;
}

static bool describe_forward(const struct op_target *target, const struct op_mean_voxels *p,
                             struct op_mean_voxels_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    args->src = op_elements(p->dtype, element_count(p));
    args->dst = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->partials = op_elements(OP_F32, op_rows_scratch(&rows, p->c));
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_mean_voxels *p,
                              struct op_mean_voxels_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    args->d_dst = op_elements(OP_F32, (uint64_t)p->n * p->c);
    args->d_src = op_elements_added(p->accumulate, p->dtype, element_count(p));
    return true;
}

static void record_forward(struct op_recorder *recorder, const struct op_mean_voxels *p,
                           const struct op_mean_voxels_forward_buffers *args) {
    struct op_rows rows = plan(&recorder->library->target, p);
    struct push_mean_voxels_forward push = {
        .src = args->src.address, .records = args->partials.address, .rows = rows};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, mean_voxels_forward), push, .items = op_rows_items(&rows),
                          .reads = {args->src}, .writes = {op_rows_records(&rows, p->c, args->partials)}));
    const struct op_rows_outputs outputs = {
        .first = args->dst, .first_width = p->c, .factor = 1.0f / (float)p->voxels};
    op_rows_sum(recorder, &rows, p->c, args->partials, &outputs);
}

static void record_backward(struct op_recorder *recorder, const struct op_mean_voxels *p,
                            const struct op_mean_voxels_backward_buffers *args) {
    struct push_mean_voxels_backward push = {.d_dst = args->d_dst.address,
                                             .d_src = args->d_src.address,
                                             .rows = plan(&recorder->library->target, p)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, mean_voxels_backward), push, OP_SPEC(p->accumulate),
                          .items = op_rows_items(&push.rows),
                          .reads = {args->d_dst, p->accumulate ? args->d_src : (struct rt_buffer){0}},
                          .writes = {args->d_src}));
}

static void reference_forward(const struct op_mean_voxels *p,
                              const struct op_mean_voxels_forward_arrays *args) {
    for (uint32_t i = 0; i < p->n * p->c; i++)
        args->dst[i] = 0.0;
    for (uint64_t i = 0; i < element_count(p); i++)
        args->dst[i / p->c / p->voxels * p->c + i % p->c] += args->src[i] / p->voxels;
}

static void reference_backward(const struct op_mean_voxels *p,
                               const struct op_mean_voxels_backward_arrays *args) {
    for (uint64_t i = 0; i < element_count(p); i++) {
        double d = args->d_dst[i / p->c / p->voxels * p->c + i % p->c] / p->voxels;
        args->d_src[i] = d + (p->accumulate ? args->d_src[i] : 0.0);
    }
}

OP_DEFINE(mean_voxels_forward, describe_forward, record_forward, reference_forward,
          .flags_at = offsetof(struct op_mean_voxels, accumulate), .shapes = {&op_mean_voxels_shapes});
OP_DEFINE(mean_voxels_backward, describe_backward, record_backward, reference_backward,
          .flags_at = offsetof(struct op_mean_voxels, accumulate),
          .accumulate_at = offsetof(struct op_mean_voxels, accumulate), .shapes = {&op_mean_voxels_shapes});
