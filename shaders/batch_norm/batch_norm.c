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
#include "shaders/op_rows.h"

#include <math.h>
#include <stdio.h>

static uint64_t element_count(const struct op_batch_norm *p) {
    return (uint64_t)p->n * p->voxels * p->c;
}

static struct op_rows plan(const struct op_target *target, const struct op_batch_norm *p) {
    return op_rows_plan(target, 1, p->n * p->voxels, p->c);
}

// A record of moments: mean[c], m2[c], count and padding. A record of gradient sums: 2 c.
static uint32_t moments_width(const struct op_batch_norm *p) {
    return 2 * p->c + 4;
}

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

static bool describe_forward(const struct op_target *target, const void *params,
                             struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_batch_norm *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "gamma", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "beta", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "running_mean", OP_INOUT, OP_F32, p->c);
    op_add_arg(signature, "running_var", OP_INOUT, OP_F32, p->c);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, element_count(p));
    op_add_arg(signature, "mean", OP_OUT, OP_F32, p->c);
    op_add_arg(signature, "inv_std", OP_OUT, OP_F32, p->c);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, moments_width(p)));
    return true;
}

static bool describe_frozen_forward(const struct op_target *target, const void *params,
                                    struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_batch_norm *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "gamma", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "beta", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "running_mean", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "running_var", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, element_count(p));
    return true;
}

static bool describe_either_backward(const struct op_target *target, const struct op_batch_norm *p,
                                     bool frozen, struct op_signature *signature,
                                     struct op_refusal *refusal) {
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    enum op_role gradient = p->accumulate ? OP_INOUT : OP_OUT;
    uint64_t sums = frozen ? 0 : 2 * p->c; // behind the partials
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "gamma", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "beta", OP_IN, OP_F32, p->c);
    op_add_arg(signature, frozen ? "running_mean" : "mean", OP_IN, OP_F32, p->c);
    op_add_arg(signature, frozen ? "running_var" : "inv_std", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "d_dst", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "d_src", OP_OUT, p->dtype, element_count(p));
    op_add_arg(signature, "d_gamma", gradient, OP_F32, p->c);
    op_add_arg(signature, "d_beta", gradient, OP_F32, p->c);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, 2 * p->c) + sums);
    return true;
}

static bool describe_backward(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    return describe_either_backward(target, params, false, signature, refusal);
}

static bool describe_frozen_backward(const struct op_target *target, const void *params,
                                     struct op_signature *signature, struct op_refusal *refusal) {
    return describe_either_backward(target, params, true, signature, refusal);
}

static bool describe_accumulate(const struct op_target *target, const void *params,
                                struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_batch_norm *p = params;
    if (!describe(p, signature, refusal))
        return false;
    struct op_rows rows = plan(target, p);
    op_add_arg(signature, "src", OP_IN, p->dtype, element_count(p));
    op_add_arg(signature, "mean", OP_INOUT, OP_F32, p->c);
    op_add_arg(signature, "m2", OP_INOUT, OP_F32, p->c);
    op_add_arg(signature, "count", OP_INOUT, OP_F32, p->c);
    op_add_arg(signature, "partials", OP_SCRATCH, OP_F32, op_rows_scratch(&rows, moments_width(p)));
    return true;
}

static bool describe_estimate(const struct op_target *target, const void *params,
                              struct op_signature *signature, struct op_refusal *refusal) {
    const struct op_batch_norm *p = params;
    (void)target;
    if (!describe(p, signature, refusal))
        return false;
    op_add_arg(signature, "mean", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "m2", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "count", OP_IN, OP_F32, p->c);
    op_add_arg(signature, "running_mean", OP_OUT, OP_F32, p->c);
    op_add_arg(signature, "running_var", OP_OUT, OP_F32, p->c);
    return true;
}

#define KERNEL_FOR(p, name) ((p)->dtype == OP_BF16 ? KERNEL_##name##_bf16 : KERNEL_##name)

// Moments of the batch in at most OP_ROWS_FAN records.
static struct op_partials record_statistics(struct op_recorder *recorder, const struct op_batch_norm *p,
                                            struct rt_buffer src, struct rt_buffer scratch) {
    const struct op_target *target = &recorder->library->target;
    struct op_rows rows = plan(target, p);
    struct push_batch_norm_statistics push = {src.address, scratch.address, rows};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, batch_norm_statistics),
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {op_rows_records(&rows, moments_width(p), scratch)}};
    op_rows_grid(target, &rows, &launch);
    op_dispatch(recorder, &launch);
    return op_rows_merge(recorder, KERNEL_batch_norm_merge, &rows, moments_width(p), scratch);
}

static void record_finish(struct op_recorder *recorder, const struct op_batch_norm *p,
                          const struct rt_buffer *args) {
    struct op_partials partials = record_statistics(recorder, p, args[0], args[8]);
    struct push_batch_norm_finish push = {.records = partials.buffer.address,
                                          .src = args[0].address,
                                          .mean = args[6].address,
                                          .inv_std = args[7].address,
                                          .running_mean = args[3].address,
                                          .running_var = args[4].address,
                                          .chunks = partials.count,
                                          .c4 = p->c / 4,
                                          .eps = (float)op_batch_norm_eps(p->eps),
                                          .momentum = (float)op_batch_norm_momentum(p)};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, batch_norm_finish),
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {partials.buffer, args[0], args[3], args[4]},
                               .writes = {args[6], args[7], args[3], args[4]}};
    op_grid_for_items(&recorder->library->target, p->c / 4, &launch);
    op_dispatch(recorder, &launch);
}

// The specialisation that the kernels which touch every element share: KIND, FUSED, FROZEN.
static void specialise(const struct op_batch_norm *p, bool frozen, struct op_launch *launch) {
    launch->spec[0] = p->activate ? (uint32_t)p->activation : 0;
    launch->spec[1] = p->activate;
    launch->spec[2] = frozen;
    launch->spec_count = 3;
}

static void record_apply(struct op_recorder *recorder, const struct op_batch_norm *p,
                         const struct rt_buffer *args, struct rt_buffer mean, struct rt_buffer spread,
                         bool frozen) {
    const struct op_target *target = &recorder->library->target;
    struct push_batch_norm_apply push = {.src = args[0].address,
                                         .gamma = args[1].address,
                                         .beta = args[2].address,
                                         .mean = mean.address,
                                         .spread = spread.address,
                                         .dst = args[5].address,
                                         .rows = plan(target, p),
                                         .eps = (float)op_batch_norm_eps(p->eps),
                                         .slope = p->slope};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, batch_norm_apply),
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], mean, spread},
                               .writes = {args[5]}};
    specialise(p, frozen, &launch);
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void record_forward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record_finish(recorder, params, args);
    record_apply(recorder, params, args, args[6], args[7], false);
}

static void record_frozen_forward(struct op_recorder *recorder, const void *params,
                                  const struct rt_buffer *args) {
    record_apply(recorder, params, args, args[3], args[4], true);
}

// Writes the first level of partials, and d_src when the statistics are frozen.
static void record_backward_sums(struct op_recorder *recorder, const struct op_batch_norm *p,
                                 const struct op_rows *rows, const struct rt_buffer *args, bool frozen) {
    struct push_batch_norm_backward_sums push = {.src = args[0].address,
                                                 .gamma = args[1].address,
                                                 .beta = args[2].address,
                                                 .mean = args[3].address,
                                                 .spread = args[4].address,
                                                 .d_dst = args[5].address,
                                                 .d_src = args[6].address,
                                                 .records = args[9].address,
                                                 .rows = *rows,
                                                 .eps = (float)op_batch_norm_eps(p->eps),
                                                 .slope = p->slope};
    struct op_launch launch = {
        .kernel = KERNEL_FOR(p, batch_norm_backward_sums),
        .push = &push,
        .push_bytes = sizeof push,
        .reads = {args[0], args[1], args[2], args[3], args[4], args[5]},
        .writes = {op_rows_records(rows, 2 * p->c, args[9]), frozen ? args[6] : (struct rt_buffer){0}}};
    specialise(p, frozen, &launch);
    op_rows_grid(&recorder->library->target, rows, &launch);
    op_dispatch(recorder, &launch);
}

static void record_backward_apply(struct op_recorder *recorder, const struct op_batch_norm *p,
                                  const struct op_rows *rows, const struct rt_buffer *args,
                                  struct rt_buffer sums) {
    struct push_batch_norm_backward_apply push = {.src = args[0].address,
                                                  .gamma = args[1].address,
                                                  .beta = args[2].address,
                                                  .mean = args[3].address,
                                                  .spread = args[4].address,
                                                  .d_dst = args[5].address,
                                                  .sums = sums.address,
                                                  .d_src = args[6].address,
                                                  .rows = *rows,
                                                  .eps = (float)op_batch_norm_eps(p->eps),
                                                  .slope = p->slope};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, batch_norm_backward_apply),
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3], args[4], args[5], sums},
                               .writes = {args[6]}};
    specialise(p, false, &launch);
    op_rows_grid(&recorder->library->target, rows, &launch);
    op_dispatch(recorder, &launch);
}

static void record_either_backward(struct op_recorder *recorder, const struct op_batch_norm *p,
                                   const struct rt_buffer *args, bool frozen) {
    struct op_rows rows = plan(&recorder->library->target, p);
    uint32_t width = 2 * p->c;
    struct rt_buffer sums = {0};
    if (!frozen)
        sums = rt_buffer_slice(args[9], op_rows_scratch(&rows, width) * sizeof(float), width * sizeof(float));
    record_backward_sums(recorder, p, &rows, args, frozen);
    const struct op_rows_outputs outputs = {.first = args[7],
                                            .second = args[8],
                                            .total = sums,
                                            .first_width = p->c,
                                            .factor = 1.0f,
                                            .accumulate = p->accumulate};
    op_rows_sum(recorder, &rows, width, args[9], &outputs);
    if (!frozen)
        record_backward_apply(recorder, p, &rows, args, sums);
}

static void record_backward(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    record_either_backward(recorder, params, args, false);
}

static void record_frozen_backward(struct op_recorder *recorder, const void *params,
                                   const struct rt_buffer *args) {
    record_either_backward(recorder, params, args, true);
}

static void record_accumulate(struct op_recorder *recorder, const void *params,
                              const struct rt_buffer *args) {
    const struct op_batch_norm *p = params;
    struct op_partials partials = record_statistics(recorder, p, args[0], args[4]);
    struct push_batch_norm_accumulate push = {.records = partials.buffer.address,
                                              .src = args[0].address,
                                              .mean = args[1].address,
                                              .m2 = args[2].address,
                                              .count = args[3].address,
                                              .chunks = partials.count,
                                              .c4 = p->c / 4};
    struct op_launch launch = {.kernel = KERNEL_FOR(p, batch_norm_accumulate),
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {partials.buffer, args[0], args[1], args[2], args[3]},
                               .writes = {args[1], args[2], args[3]}};
    op_grid_for_items(&recorder->library->target, p->c / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void record_estimate(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_batch_norm *p = params;
    struct push_batch_norm_estimate push = {args[0].address, args[1].address, args[2].address,
                                            args[3].address, args[4].address, p->c / 4};
    struct op_launch launch = {.kernel = KERNEL_batch_norm_estimate,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2]},
                               .writes = {args[3], args[4]}};
    op_grid_for_items(&recorder->library->target, p->c / 4, &launch);
    op_dispatch(recorder, &launch);
}

// Variances are not negative.
static void prepare_frozen(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t i = 0; i < p->c; i++)
        args[4][i] = fabs(args[4][i]);
}

// Sums of squares are not negative, and every channel has seen the same number of rows.
static void prepare_accumulate(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t i = 0; i < p->c; i++) {
        args[2][i] = fabs(args[2][i]);
        args[3][i] = 100.0;
    }
}

static void prepare_estimate(const void *params, double *const *args) {
    const struct op_batch_norm *p = params;
    for (uint32_t i = 0; i < p->c; i++) {
        args[1][i] = fabs(args[1][i]);
        args[2][i] = 100.0;
    }
}

static const struct op_batch_norm examples[] = {
    {.dtype = OP_F32, .n = 2, .voxels = 105, .c = 12},
    {.dtype = OP_F32, .n = 1, .voxels = 2000, .c = 32, .activate = true, .activation = OP_ACTIVATION_SILU},
    {.dtype = OP_BF16, .n = 2, .voxels = 512, .c = 16, .activate = true, .activation = OP_ACTIVATION_RELU},
};

#define COMMON .params_size = sizeof(struct op_batch_norm), .examples = examples, .example_count = 3

const struct op_info op_batch_norm_forward_info = {.name = "batch_norm_forward",
                                                   .describe = describe_forward,
                                                   .record = record_forward,
                                                   .reference = op_batch_norm_forward_reference,
                                                   COMMON};

const struct op_info op_batch_norm_backward_info = {.name = "batch_norm_backward",
                                                    .describe = describe_backward,
                                                    .record = record_backward,
                                                    .reference = op_batch_norm_backward_reference,
                                                    .forward = OP_batch_norm_forward,
                                                    .links = {{OP_LINK_SAME, 0},
                                                              {OP_LINK_SAME, 1},
                                                              {OP_LINK_SAME, 2},
                                                              {OP_LINK_SAME, 6},
                                                              {OP_LINK_SAME, 7},
                                                              {OP_LINK_GRADIENT, 5},
                                                              {OP_LINK_GRADIENT, 0},
                                                              {OP_LINK_GRADIENT, 1},
                                                              {OP_LINK_GRADIENT, 2}},
                                                    COMMON};

const struct op_info op_batch_norm_frozen_forward_info = {.name = "batch_norm_frozen_forward",
                                                          .describe = describe_frozen_forward,
                                                          .record = record_frozen_forward,
                                                          .reference = op_batch_norm_frozen_forward_reference,
                                                          .prepare = prepare_frozen,
                                                          COMMON};

const struct op_info op_batch_norm_frozen_backward_info = {.name = "batch_norm_frozen_backward",
                                                           .describe = describe_frozen_backward,
                                                           .record = record_frozen_backward,
                                                           .reference =
                                                               op_batch_norm_frozen_backward_reference,
                                                           .prepare = prepare_frozen,
                                                           .forward = OP_batch_norm_frozen_forward,
                                                           .links = {{OP_LINK_SAME, 0},
                                                                     {OP_LINK_SAME, 1},
                                                                     {OP_LINK_SAME, 2},
                                                                     {OP_LINK_SAME, 3},
                                                                     {OP_LINK_SAME, 4},
                                                                     {OP_LINK_GRADIENT, 5},
                                                                     {OP_LINK_GRADIENT, 0},
                                                                     {OP_LINK_GRADIENT, 1},
                                                                     {OP_LINK_GRADIENT, 2}},
                                                           COMMON};

const struct op_info op_batch_norm_accumulate_info = {.name = "batch_norm_accumulate",
                                                      .describe = describe_accumulate,
                                                      .record = record_accumulate,
                                                      .reference = op_batch_norm_accumulate_reference,
                                                      .prepare = prepare_accumulate,
                                                      COMMON};

const struct op_info op_batch_norm_estimate_info = {.name = "batch_norm_estimate",
                                                    .describe = describe_estimate,
                                                    .record = record_estimate,
                                                    .reference = op_batch_norm_estimate_reference,
                                                    .prepare = prepare_estimate,
                                                    COMMON};

void op_batch_norm_forward(struct op_recorder *recorder, const struct op_batch_norm *params,
                           struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                           struct rt_buffer running_mean, struct rt_buffer running_var, struct rt_buffer dst,
                           struct rt_buffer mean, struct rt_buffer inv_std, struct rt_buffer partials) {
    const struct rt_buffer args[] = {src, gamma, beta,    running_mean, running_var,
                                     dst, mean,  inv_std, partials};
    op_record(recorder, OP_batch_norm_forward, params, args, 9);
}

void op_batch_norm_backward(struct op_recorder *recorder, const struct op_batch_norm *params,
                            struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                            struct rt_buffer mean, struct rt_buffer inv_std, struct rt_buffer d_dst,
                            struct rt_buffer d_src, struct rt_buffer d_gamma, struct rt_buffer d_beta,
                            struct rt_buffer partials) {
    const struct rt_buffer args[] = {src,   gamma, beta,    mean,   inv_std,
                                     d_dst, d_src, d_gamma, d_beta, partials};
    op_record(recorder, OP_batch_norm_backward, params, args, 10);
}

void op_batch_norm_frozen_forward(struct op_recorder *recorder, const struct op_batch_norm *params,
                                  struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                                  struct rt_buffer running_mean, struct rt_buffer running_var,
                                  struct rt_buffer dst) {
    const struct rt_buffer args[] = {src, gamma, beta, running_mean, running_var, dst};
    op_record(recorder, OP_batch_norm_frozen_forward, params, args, 6);
}

void op_batch_norm_frozen_backward(struct op_recorder *recorder, const struct op_batch_norm *params,
                                   struct rt_buffer src, struct rt_buffer gamma, struct rt_buffer beta,
                                   struct rt_buffer running_mean, struct rt_buffer running_var,
                                   struct rt_buffer d_dst, struct rt_buffer d_src, struct rt_buffer d_gamma,
                                   struct rt_buffer d_beta, struct rt_buffer partials) {
    const struct rt_buffer args[] = {src,   gamma, beta,    running_mean, running_var,
                                     d_dst, d_src, d_gamma, d_beta,       partials};
    op_record(recorder, OP_batch_norm_frozen_backward, params, args, 10);
}

void op_batch_norm_accumulate(struct op_recorder *recorder, const struct op_batch_norm *params,
                              struct rt_buffer src, struct rt_buffer mean, struct rt_buffer m2,
                              struct rt_buffer count, struct rt_buffer partials) {
    op_record(recorder, OP_batch_norm_accumulate, params,
              (struct rt_buffer[]){src, mean, m2, count, partials}, 5);
}

void op_batch_norm_estimate(struct op_recorder *recorder, const struct op_batch_norm *params,
                            struct rt_buffer mean, struct rt_buffer m2, struct rt_buffer count,
                            struct rt_buffer running_mean, struct rt_buffer running_var) {
    op_record(recorder, OP_batch_norm_estimate, params,
              (struct rt_buffer[]){mean, m2, count, running_mean, running_var}, 5);
}
