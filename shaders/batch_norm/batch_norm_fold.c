// Folding batch normalisation into the convolution before it: checks, recording, reference.
#include "shaders/batch_norm/batch_norm.h"

#include "shaders/batch_norm/batch_norm_fold_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static bool check(const struct op_batch_norm_fold *p, struct op_refusal *refusal) {
    if (!op_in_range(refusal, "taps", p->taps, 1, 64) || !op_check_channels(refusal, "cin", p->cin) ||
        !op_check_channels(refusal, "cout", p->cout))
        return false;
    if (!(p->eps >= 0.0f && p->eps < 1.0f))
        return op_refuse(refusal, "eps is %g, it must be 0 (for 1e-5) or a small positive number",
                         (double)p->eps);
    return op_check_count(refusal, "weight", (uint64_t)p->taps * p->cin * p->cout);
}

static bool describe(const struct op_target *target, const struct op_batch_norm_fold *p,
                     struct op_batch_norm_fold_extents *args, struct op_signature *signature,
                     struct op_refusal *refusal) {
    (void)target;
    if (!check(p, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "taps=%u cin=%u cout=%u%s", p->taps, p->cin, p->cout,
             p->has_bias ? " bias" : "");
    args->weight = op_elements(OP_F32, (uint64_t)p->taps * p->cin * p->cout);
    args->bias = op_elements_if(p->has_bias, OP_F32, p->cout);
    args->gamma = op_elements(OP_F32, p->cout);
    args->beta = op_elements(OP_F32, p->cout);
    args->running_mean = op_elements(OP_F32, p->cout);
    args->running_var = op_elements(OP_F32, p->cout);
    args->folded_weight = op_elements(OP_F32, (uint64_t)p->taps * p->cin * p->cout);
    args->folded_bias = op_elements(OP_F32, p->cout);
    return true;
}

static void record(struct op_recorder *recorder, const struct op_batch_norm_fold *p,
                   const struct op_batch_norm_fold_buffers *args) {
    struct push_batch_norm_fold push = {
        .weight = args->weight.address,
        .bias = args->bias.address,
        .gamma = args->gamma.address,
        .beta = args->beta.address,
        .running_mean = args->running_mean.address,
        .running_var = args->running_var.address,
        .folded_weight = args->folded_weight.address,
        .folded_bias = args->folded_bias.address,
        .rows = op_rows_plan(&recorder->library->target, 1, p->taps * p->cin, p->cout),
        .eps = (float)op_batch_norm_eps(p->eps)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_batch_norm_fold, push, .items = op_rows_items(&push.rows),
                                    .reads = {args->weight, args->bias, args->gamma, args->beta,
                                              args->running_mean, args->running_var},
                                    .writes = {args->folded_weight, args->folded_bias}));
}

static void reference(const struct op_batch_norm_fold *p, const struct op_batch_norm_fold_arrays *args) {
    for (uint32_t o = 0; o < p->cout; o++) {
        double scale = args->gamma[o] / sqrt(args->running_var[o] + op_batch_norm_eps(p->eps));
        double bias = p->has_bias ? args->bias[o] : 0.0;
        for (uint32_t row = 0; row < p->taps * p->cin; row++)
            args->folded_weight[row * p->cout + o] = args->weight[row * p->cout + o] * scale;
        args->folded_bias[o] = (bias - args->running_mean[o]) * scale + args->beta[o];
    }
}

// Variances are not negative.
static void prepare(const struct op_batch_norm_fold *p, const struct op_batch_norm_fold_arrays *args) {
    for (uint32_t i = 0; i < p->cout; i++)
        args->running_var[i] = fabs(args->running_var[i]);
}

OP_PREPARE(batch_norm_fold, prepare);
OP_DEFINE(batch_norm_fold, describe, record, reference, .prepare = batch_norm_fold_prepare,
          .flags_at = offsetof(struct op_batch_norm_fold, has_bias), .shapes = {&op_batch_norm_fold_shapes});
