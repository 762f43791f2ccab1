// Batch normalisation: checks, scratch and recording of its passes.
#include "shaders/batch_norm/batch_norm.h"

#include "shaders/batch_norm/batch_norm_accumulate_push.h"
#include "shaders/batch_norm/batch_norm_apply_push.h"
#include "shaders/batch_norm/batch_norm_backward_apply_push.h"
#include "shaders/batch_norm/batch_norm_backward_sums_push.h"
#include "shaders/batch_norm/batch_norm_estimate_push.h"
#include "shaders/batch_norm/batch_norm_finish_push.h"
#include "shaders/batch_norm/batch_norm_reference.h"
#include "shaders/batch_norm/batch_norm_statistics_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static struct op_rows plan(const struct op_target *target, const struct op_batch_norm *p) {
    return op_rows_plan(target, 1, p->n * p->voxels, p->c);
}

// A record of moments: mean[c], m2[c], count and padding. A record of gradient sums: 2 c.
static uint32_t moments_width(const struct op_batch_norm *p) {
    return 2 * p->c + 4;
}

// --- describe ---

static bool describe(const struct op_batch_norm *p, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_dtype(refusal, p->dtype) || !op_check_channels(refusal, "c", p->c) ||
        !op_check_rows(refusal, p->n, p->voxels, p->c))
        return false;
    if (!(p->eps >= 0.0f && p->eps < 1.0f))
        return op_refuse(refusal, "eps is %g, it must be 0 (for 1e-5) or a small positive number",
                         (double)p->eps);
    if (!(p->momentum >= 0.0f && p->momentum <= 1.0f))
        return op_refuse(refusal, "momentum is %g, it must be 0 (for 0.1) to 1", (double)p->momentum);
    if (p->activate &&
        !op_in_range(refusal, "activation", (uint64_t)p->activation, 0, OP_ACTIVATION_KINDS - 1))
        return false;
    if (p->activate && !isfinite(p->slope))
        return op_refuse(refusal, "slope is not finite");
    snprintf(signature->text, sizeof signature->text, "n=%u voxels=%u c=%u %s", p->n, p->voxels, p->c,
             p->dtype == OP_BF16 ? "bf16" : "fp32");
    return true;
}

// src, dst and their gradients.
static struct op_extent tensor(const struct op_batch_norm *p) {
    return op_elements(p->dtype, (uint64_t)p->n * p->voxels * p->c);
}

// Everything per channel, but for its gradients.
static struct op_extent channels(const struct op_batch_norm *p) {
    return op_elements(OP_F32, p->c);
}

static struct op_extent channel_gradients(const struct op_batch_norm *p) {
    return op_elements_added(p->accumulate, OP_F32, p->c);
}

static struct op_extent moments_partials(const struct op_target *target, const struct op_batch_norm *p) {
    struct op_rows rows = plan(target, p);
    return op_elements(OP_F32, op_rows_scratch(&rows, moments_width(p)));
}

// The gradient sums; behind them, unless the statistics are frozen, their totals.
static struct op_extent backward_partials(const struct op_target *target, const struct op_batch_norm *p,
                                          bool frozen) {
    struct op_rows rows = plan(target, p);
    uint64_t totals = frozen ? 0 : 2 * p->c;
    return op_elements(OP_F32, op_rows_scratch(&rows, 2 * p->c) + totals);
}

static bool describe_forward(const struct op_target *target, const struct op_batch_norm *p,
                             struct op_batch_norm_forward_extents *args, struct op_signature *signature,
                             struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_forward_extents){.src = tensor(p),
                                                   .gamma = channels(p),
                                                   .beta = channels(p),
                                                   .running_mean = channels(p),
                                                   .running_var = channels(p),
                                                   .dst = tensor(p),
                                                   .mean = channels(p),
                                                   .inv_std = channels(p),
                                                   .partials = moments_partials(target, p)};
    return true;
}

static bool describe_frozen_forward(const struct op_target *target, const struct op_batch_norm *p,
                                    struct op_batch_norm_frozen_forward_extents *args,
                                    struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_frozen_forward_extents){.src = tensor(p),
                                                          .gamma = channels(p),
                                                          .beta = channels(p),
                                                          .running_mean = channels(p),
                                                          .running_var = channels(p),
                                                          .dst = tensor(p)};
    return true;
}

static bool describe_backward(const struct op_target *target, const struct op_batch_norm *p,
                              struct op_batch_norm_backward_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_backward_extents){.src = tensor(p),
                                                    .gamma = channels(p),
                                                    .beta = channels(p),
                                                    .mean = channels(p),
                                                    .inv_std = channels(p),
                                                    .d_dst = tensor(p),
                                                    .d_src = tensor(p),
                                                    .d_gamma = channel_gradients(p),
                                                    .d_beta = channel_gradients(p),
                                                    .partials = backward_partials(target, p, false)};
    return true;
}

static bool describe_frozen_backward(const struct op_target *target, const struct op_batch_norm *p,
                                     struct op_batch_norm_frozen_backward_extents *args,
                                     struct op_signature *signature, struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_frozen_backward_extents){.src = tensor(p),
                                                           .gamma = channels(p),
                                                           .beta = channels(p),
                                                           .running_mean = channels(p),
                                                           .running_var = channels(p),
                                                           .d_dst = tensor(p),
                                                           .d_src = tensor(p),
                                                           .d_gamma = channel_gradients(p),
                                                           .d_beta = channel_gradients(p),
                                                           .partials = backward_partials(target, p, true)};
    return true;
}

static bool describe_accumulate(const struct op_target *target, const struct op_batch_norm *p,
                                struct op_batch_norm_accumulate_extents *args, struct op_signature *signature,
                                struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_accumulate_extents){.src = tensor(p),
                                                      .mean = channels(p),
                                                      .m2 = channels(p),
                                                      .count = channels(p),
                                                      .partials = moments_partials(target, p)};
    return true;
}

static bool describe_estimate(const struct op_target *target, const struct op_batch_norm *p,
                              struct op_batch_norm_estimate_extents *args, struct op_signature *signature,
                              struct op_refusal *refusal) {
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    *args = (struct op_batch_norm_estimate_extents){.mean = channels(p),
                                                    .m2 = channels(p),
                                                    .count = channels(p),
                                                    .running_mean = channels(p),
                                                    .running_var = channels(p)};
    return true;
}

// --- record ---

// The specialisation that the kernels which touch every element share: KIND, FUSED, FROZEN.
#define ELEMENT_SPEC(p, frozen)                                                                              \
    OP_SPEC((p)->activate ? (uint32_t)(p)->activation : 0, (p)->activate, (frozen))

// Moments of the batch in at most OP_ROWS_FAN records.
static struct op_partials record_statistics(struct op_recorder *recorder, const struct op_batch_norm *p,
                                            struct rt_buffer src, struct rt_buffer partials) {
    struct op_rows rows = plan(&recorder->library->target, p);
    struct push_batch_norm_statistics push = {.src = src.address, .records = partials.address, .rows = rows};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_statistics), push, .items = op_rows_items(&rows),
                          .reads = {src}, .writes = {op_rows_records(&rows, moments_width(p), partials)}));
    return op_rows_merge(recorder, KERNEL_batch_norm_merge, &rows, moments_width(p), partials);
}

// mean, inv_std and the running statistics.
static void record_finish(struct op_recorder *recorder, const struct op_batch_norm *p,
                          const struct op_batch_norm_forward_buffers *args) {
    struct op_partials records = record_statistics(recorder, p, args->src, args->partials);
    struct push_batch_norm_finish push = {.records = records.buffer.address,
                                          .src = args->src.address,
                                          .mean = args->mean.address,
                                          .inv_std = args->inv_std.address,
                                          .running_mean = args->running_mean.address,
                                          .running_var = args->running_var.address,
                                          .chunks = records.count,
                                          .c4 = p->c / 4,
                                          .eps = (float)op_batch_norm_eps(p->eps),
                                          .momentum = (float)op_batch_norm_momentum(p->momentum)};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_finish), push, .items = p->c / 4,
                          .reads = {records.buffer, args->src, args->running_mean, args->running_var},
                          .writes = {args->mean, args->inv_std, args->running_mean, args->running_var}));
}

// What both forward passes have. mean and spread: the batch's mean and inv_std, or running_mean and
// running_var.
struct forward_buffers {
    struct rt_buffer src, gamma, beta, mean, spread, dst;
};

static void record_apply(struct op_recorder *recorder, const struct op_batch_norm *p,
                         const struct forward_buffers *args, bool frozen) {
    struct push_batch_norm_apply push = {.src = args->src.address,
                                         .gamma = args->gamma.address,
                                         .beta = args->beta.address,
                                         .mean = args->mean.address,
                                         .spread = args->spread.address,
                                         .dst = args->dst.address,
                                         .rows = plan(&recorder->library->target, p),
                                         .eps = (float)op_batch_norm_eps(p->eps),
                                         .slope = p->slope};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_apply), push, ELEMENT_SPEC(p, frozen),
                                    .items = op_rows_items(&push.rows),
                                    .reads = {args->src, args->gamma, args->beta, args->mean, args->spread},
                                    .writes = {args->dst}));
}

static void record_forward(struct op_recorder *recorder, const struct op_batch_norm *p,
                           const struct op_batch_norm_forward_buffers *args) {
    record_finish(recorder, p, args);
    const struct forward_buffers common = {.src = args->src,
                                           .gamma = args->gamma,
                                           .beta = args->beta,
                                           .mean = args->mean,
                                           .spread = args->inv_std,
                                           .dst = args->dst};
    record_apply(recorder, p, &common, false);
}

static void record_frozen_forward(struct op_recorder *recorder, const struct op_batch_norm *p,
                                  const struct op_batch_norm_frozen_forward_buffers *args) {
    const struct forward_buffers common = {.src = args->src,
                                           .gamma = args->gamma,
                                           .beta = args->beta,
                                           .mean = args->running_mean,
                                           .spread = args->running_var,
                                           .dst = args->dst};
    record_apply(recorder, p, &common, true);
}

// What both backward passes have; mean and spread as in struct forward_buffers.
struct backward_buffers {
    struct rt_buffer src, gamma, beta, mean, spread, d_dst, d_src, d_gamma, d_beta, partials;
};

// Writes the first level of partials, and d_src when the statistics are frozen.
static void record_backward_sums(struct op_recorder *recorder, const struct op_batch_norm *p,
                                 const struct op_rows *rows, const struct backward_buffers *args,
                                 bool frozen) {
    struct push_batch_norm_backward_sums push = {.src = args->src.address,
                                                 .gamma = args->gamma.address,
                                                 .beta = args->beta.address,
                                                 .mean = args->mean.address,
                                                 .spread = args->spread.address,
                                                 .d_dst = args->d_dst.address,
                                                 .d_src = args->d_src.address,
                                                 .records = args->partials.address,
                                                 .rows = *rows,
                                                 .eps = (float)op_batch_norm_eps(p->eps),
                                                 .slope = p->slope};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_backward_sums), push,
                                    ELEMENT_SPEC(p, frozen), .items = op_rows_items(rows),
                                    .reads = {args->src, args->gamma, args->beta, args->mean, args->spread,
                                              args->d_dst},
                                    .writes = {op_rows_records(rows, 2 * p->c, args->partials),
                                               frozen ? args->d_src : (struct rt_buffer){0}}));
}

static void record_backward_apply(struct op_recorder *recorder, const struct op_batch_norm *p,
                                  const struct op_rows *rows, const struct backward_buffers *args,
                                  struct rt_buffer sums) {
    struct push_batch_norm_backward_apply push = {.src = args->src.address,
                                                  .gamma = args->gamma.address,
                                                  .beta = args->beta.address,
                                                  .mean = args->mean.address,
                                                  .spread = args->spread.address,
                                                  .d_dst = args->d_dst.address,
                                                  .sums = sums.address,
                                                  .d_src = args->d_src.address,
                                                  .rows = *rows,
                                                  .eps = (float)op_batch_norm_eps(p->eps),
                                                  .slope = p->slope};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_backward_apply), push,
                                    ELEMENT_SPEC(p, false), .items = op_rows_items(rows),
                                    .reads = {args->src, args->gamma, args->beta, args->mean, args->spread,
                                              args->d_dst, sums},
                                    .writes = {args->d_src}));
}

static void record_either_backward(struct op_recorder *recorder, const struct op_batch_norm *p,
                                   const struct backward_buffers *args, bool frozen) {
    struct op_rows rows = plan(&recorder->library->target, p);
    uint32_t width = 2 * p->c;
    struct rt_buffer sums = {0};
    if (!frozen)
        sums = rt_buffer_slice(args->partials, op_rows_scratch(&rows, width) * sizeof(float),
                               width * sizeof(float));
    record_backward_sums(recorder, p, &rows, args, frozen);
    const struct op_rows_outputs outputs = {.first = args->d_gamma,
                                            .second = args->d_beta,
                                            .total = sums,
                                            .first_width = p->c,
                                            .factor = 1.0f,
                                            .accumulate = p->accumulate};
    op_rows_sum(recorder, &rows, width, args->partials, &outputs);
    if (!frozen)
        record_backward_apply(recorder, p, &rows, args, sums);
}

static void record_backward(struct op_recorder *recorder, const struct op_batch_norm *p,
                            const struct op_batch_norm_backward_buffers *args) {
    const struct backward_buffers common = {.src = args->src,
                                            .gamma = args->gamma,
                                            .beta = args->beta,
                                            .mean = args->mean,
                                            .spread = args->inv_std,
                                            .d_dst = args->d_dst,
                                            .d_src = args->d_src,
                                            .d_gamma = args->d_gamma,
                                            .d_beta = args->d_beta,
                                            .partials = args->partials};
    record_either_backward(recorder, p, &common, false);
}

static void record_frozen_backward(struct op_recorder *recorder, const struct op_batch_norm *p,
                                   const struct op_batch_norm_frozen_backward_buffers *args) {
    const struct backward_buffers common = {.src = args->src,
                                            .gamma = args->gamma,
                                            .beta = args->beta,
                                            .mean = args->running_mean,
                                            .spread = args->running_var,
                                            .d_dst = args->d_dst,
                                            .d_src = args->d_src,
                                            .d_gamma = args->d_gamma,
                                            .d_beta = args->d_beta,
                                            .partials = args->partials};
    record_either_backward(recorder, p, &common, true);
}

static void record_accumulate(struct op_recorder *recorder, const struct op_batch_norm *p,
                              const struct op_batch_norm_accumulate_buffers *args) {
    struct op_partials records = record_statistics(recorder, p, args->src, args->partials);
    struct push_batch_norm_accumulate push = {.records = records.buffer.address,
                                              .src = args->src.address,
                                              .mean = args->mean.address,
                                              .m2 = args->m2.address,
                                              .count = args->count.address,
                                              .chunks = records.count,
                                              .c4 = p->c / 4};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, batch_norm_accumulate), push, .items = p->c / 4,
                                    .reads = {records.buffer, args->src, args->mean, args->m2, args->count},
                                    .writes = {args->mean, args->m2, args->count}));
}

static void record_estimate(struct op_recorder *recorder, const struct op_batch_norm *p,
                            const struct op_batch_norm_estimate_buffers *args) {
    struct push_batch_norm_estimate push = {.mean = args->mean.address,
                                            .m2 = args->m2.address,
                                            .count = args->count.address,
                                            .running_mean = args->running_mean.address,
                                            .running_var = args->running_var.address,
                                            .c4 = p->c / 4};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_batch_norm_estimate, push, .items = p->c / 4,
                                    .reads = {args->mean, args->m2, args->count},
                                    .writes = {args->running_mean, args->running_var}));
}

// --- prepare ---

// Variances and sums of squares are not negative.
static void make_positive(uint32_t count, double *values) {
    for (uint32_t i = 0; i < count; i++)
        values[i] = fabs(values[i]);
}

// Every channel has seen the same number of rows.
static void set_row_counts(uint32_t count, double *values) {
    for (uint32_t i = 0; i < count; i++)
        values[i] = 100.0;
}

static void prepare_frozen_forward(const struct op_batch_norm *p,
                                   const struct op_batch_norm_frozen_forward_arrays *args) {
    make_positive(p->c, args->running_var);
}

static void prepare_frozen_backward(const struct op_batch_norm *p,
                                    const struct op_batch_norm_frozen_backward_arrays *args) {
    make_positive(p->c, args->running_var);
}

static void prepare_accumulate(const struct op_batch_norm *p,
                               const struct op_batch_norm_accumulate_arrays *args) {
    make_positive(p->c, args->m2);
    set_row_counts(p->c, args->count);
}

static void prepare_estimate(const struct op_batch_norm *p,
                             const struct op_batch_norm_estimate_arrays *args) {
    make_positive(p->c, args->m2);
    set_row_counts(p->c, args->count);
}

// --- the operations ---

#define FLAGS .flags_at = offsetof(struct op_batch_norm, activate)

OP_DEFINE(batch_norm_forward, describe_forward, record_forward, op_batch_norm_forward_reference, FLAGS,
          .shapes = {&op_batch_norm_shapes, &op_batch_norm_doctor_shapes, &op_batch_norm_bench_shapes});

OP_DEFINE(batch_norm_backward, describe_backward, record_backward, op_batch_norm_backward_reference, FLAGS,
          .shapes = {&op_batch_norm_backward_shapes, &op_batch_norm_doctor_shapes,
                     &op_batch_norm_bench_shapes});

OP_PREPARE(batch_norm_frozen_forward, prepare_frozen_forward);
OP_DEFINE(batch_norm_frozen_forward, describe_frozen_forward, record_frozen_forward,
          op_batch_norm_frozen_forward_reference, .prepare = batch_norm_frozen_forward_prepare, FLAGS,
          .shapes = {&op_batch_norm_shapes, &op_batch_norm_doctor_shapes, &op_batch_norm_bench_shapes});

OP_PREPARE(batch_norm_frozen_backward, prepare_frozen_backward);
OP_DEFINE(batch_norm_frozen_backward, describe_frozen_backward, record_frozen_backward,
          op_batch_norm_frozen_backward_reference, .prepare = batch_norm_frozen_backward_prepare, FLAGS,
          .shapes = {&op_batch_norm_shapes, &op_batch_norm_doctor_shapes, &op_batch_norm_bench_shapes});

OP_PREPARE(batch_norm_accumulate, prepare_accumulate);
OP_DEFINE(batch_norm_accumulate, describe_accumulate, record_accumulate, op_batch_norm_accumulate_reference,
          .prepare = batch_norm_accumulate_prepare, FLAGS,
          .shapes = {&op_batch_norm_shapes, &op_batch_norm_doctor_shapes});

OP_PREPARE(batch_norm_estimate, prepare_estimate);
OP_DEFINE(batch_norm_estimate, describe_estimate, record_estimate, op_batch_norm_estimate_reference,
          .prepare = batch_norm_estimate_prepare, FLAGS,
          .shapes = {&op_batch_norm_shapes, &op_batch_norm_doctor_shapes});
