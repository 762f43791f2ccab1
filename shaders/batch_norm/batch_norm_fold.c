// Folding batch normalisation into the convolution before it: checks, recording, reference.
#include "shaders/batch_norm/batch_norm.h"

#include "shaders/batch_norm/batch_norm_fold_push.h"
#include "shaders/batch_norm/batch_norm_reference.h"
#include "shaders/op_rows.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_batch_norm_fold *p = params;
    (void)target;
    if (!op_in_range(refusal, "taps", p->taps, 1, 64) || !op_check_channels(refusal, "cin", p->cin) ||
        !op_check_channels(refusal, "cout", p->cout))
        return false;
    if (!(p->eps >= 0.0f && p->eps < 1.0f))
        return op_refuse(refusal, "eps is %g, it must be 0 (for 1e-5) or a small positive number",
                         (double)p->eps);
    uint64_t count = (uint64_t)p->taps * p->cin * p->cout;
    if (!op_check_count(refusal, "weight", count))
        return false;
    snprintf(signature->text, sizeof signature->text, "taps=%u cin=%u cout=%u%s", p->taps, p->cin, p->cout,
             p->has_bias ? " bias" : "");
    op_add_arg(signature, "weight", OP_IN, OP_F32, count);
    op_add_arg(signature, "bias", OP_IN, OP_F32, p->has_bias ? p->cout : 0);
    op_add_arg(signature, "gamma", OP_IN, OP_F32, p->cout);
    op_add_arg(signature, "beta", OP_IN, OP_F32, p->cout);
    op_add_arg(signature, "running_mean", OP_IN, OP_F32, p->cout);
    op_add_arg(signature, "running_var", OP_IN, OP_F32, p->cout);
    op_add_arg(signature, "folded_weight", OP_OUT, OP_F32, count);
    op_add_arg(signature, "folded_bias", OP_OUT, OP_F32, p->cout);
    return true;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_batch_norm_fold *p = params;
    const struct op_target *target = &recorder->library->target;
    struct push_batch_norm_fold push = {.weight = args[0].address,
                                        .bias = args[1].address,
                                        .gamma = args[2].address,
                                        .beta = args[3].address,
                                        .running_mean = args[4].address,
                                        .running_var = args[5].address,
                                        .folded_weight = args[6].address,
                                        .folded_bias = args[7].address,
                                        .rows = op_rows_plan(target, 1, p->taps * p->cin, p->cout),
                                        .eps = (float)op_batch_norm_eps(p->eps)};
    struct op_launch launch = {.kernel = KERNEL_batch_norm_fold,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3], args[4], args[5]},
                               .writes = {args[6], args[7]}};
    op_rows_grid(target, &push.rows, &launch);
    op_dispatch(recorder, &launch);
}

static void reference(const void *params, double *const *args) {
    const struct op_batch_norm_fold *p = params;
    for (uint32_t o = 0; o < p->cout; o++) {
        double scale = args[2][o] / sqrt(args[5][o] + op_batch_norm_eps(p->eps));
        for (uint32_t row = 0; row < p->taps * p->cin; row++)
            args[6][row * p->cout + o] = args[0][row * p->cout + o] * scale;
        args[7][o] = ((p->has_bias ? args[1][o] : 0.0) - args[4][o]) * scale + args[3][o];
    }
}

// Variances are not negative.
static void prepare(const void *params, double *const *args) {
    const struct op_batch_norm_fold *p = params;
    for (uint32_t i = 0; i < p->cout; i++)
        args[5][i] = fabs(args[5][i]);
}

static const struct op_batch_norm_fold examples[] = {{64, 8, 12, 0.0f, true}, {27, 16, 8, 1e-3f, false}};

const struct op_info op_batch_norm_fold_info = {.name = "batch_norm_fold",
                                                .params_size = sizeof(struct op_batch_norm_fold),
                                                .describe = describe,
                                                .record = record,
                                                .reference = reference,
                                                .prepare = prepare,
                                                .examples = examples,
                                                .example_count = sizeof examples / sizeof examples[0]};

void op_batch_norm_fold(struct op_recorder *recorder, const struct op_batch_norm_fold *params,
                        struct rt_buffer weight, struct rt_buffer bias, struct rt_buffer gamma,
                        struct rt_buffer beta, struct rt_buffer running_mean, struct rt_buffer running_var,
                        struct rt_buffer folded_weight, struct rt_buffer folded_bias) {
    const struct rt_buffer args[] = {weight,       bias,        gamma,         beta,
                                     running_mean, running_var, folded_weight, folded_bias};
    op_record(recorder, OP_batch_norm_fold, params, args, 8);
}
