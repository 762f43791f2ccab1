// One optimiser step over all parameters: checks, recording, reference.
#include "shaders/optimiser/optimiser.h"

#include "shaders/optimiser/optimiser_push.h"

#include <math.h>
#include <stdio.h>

static const char *const kind_names[OP_OPTIMISER_KINDS] = {"adam", "adamw", "adamax"};

static bool check(const struct op_optimiser *p, struct op_refusal *refusal) {
    if (!op_in_range(refusal, "kind", (uint64_t)p->kind, 0, OP_OPTIMISER_KINDS - 1) ||
        !op_check_count(refusal, "param", p->count) ||
        !op_in_range(refusal, "decay_count", p->decay_count, 0, p->count))
        return false;
    if (p->count % 4 != 0 || p->decay_count % 4 != 0)
        return op_refuse(refusal, "count is %u and decay_count %u, they must be multiples of 4", p->count,
                         p->decay_count);
    if (!(p->beta1 >= 0.0f && p->beta1 < 1.0f && p->beta2 >= 0.0f && p->beta2 < 1.0f))
        return op_refuse(refusal, "beta1 is %g and beta2 %g, they must be at least 0 and below 1",
                         (double)p->beta1, (double)p->beta2);
    if (!(p->eps > 0.0f && isfinite(p->eps)))
        return op_refuse(refusal, "eps is %g, it must be above 0", (double)p->eps);
    return (p->weight_decay >= 0.0f && isfinite(p->weight_decay)) ||
           op_refuse(refusal, "weight_decay is %g, it must be at least 0", (double)p->weight_decay);
}

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_optimiser *p = params;
    (void)target;
    if (!check(p, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "%s[%u]%s", kind_names[p->kind], p->count,
             p->has_ema ? " ema" : "");
    signature->flops = 16.0 * p->count;
    op_add_arg(signature, "hyper", OP_IN, OP_F32, 4);
    op_add_arg(signature, "clip", OP_IN, OP_F32, 4);
    op_add_arg(signature, "grad", OP_IN, OP_F32, p->count);
    op_add_arg(signature, "param", OP_INOUT, OP_F32, p->count);
    op_add_arg(signature, "m", OP_INOUT, OP_F32, p->count);
    op_add_arg(signature, "v", OP_INOUT, OP_F32, p->count);
    op_add_arg(signature, "ema", OP_INOUT, OP_F32, p->has_ema ? p->count : 0);
    return true;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_optimiser *p = params;
    struct push_optimiser push = {.hyper = args[0].address,
                                  .clip = args[1].address,
                                  .grad = args[2].address,
                                  .param = args[3].address,
                                  .m = args[4].address,
                                  .v = args[5].address,
                                  .ema = args[6].address,
                                  .count4 = p->count / 4,
                                  .decay_count4 = p->decay_count / 4,
                                  .beta1 = p->beta1,
                                  .beta2 = p->beta2,
                                  .eps = p->eps,
                                  .weight_decay = p->weight_decay};
    struct op_launch launch = {.kernel = KERNEL_optimiser,
                               .spec = {(uint32_t)p->kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1], args[2], args[3], args[4], args[5], args[6]},
                               .writes = {args[3], args[4], args[5], args[6]},
                               .flops = 16.0 * p->count};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void step(const struct op_optimiser *p, uint32_t i, double *const *args) {
    double lr = args[0][0], c1 = args[0][1], c2 = args[0][2];
    double *param = &args[3][i], *m = &args[4][i], *v = &args[5][i];
    double g = args[2][i] * args[1][1], beta1 = (double)p->beta1, beta2 = (double)p->beta2,
           eps = (double)p->eps;
    double decay = i < p->decay_count ? (double)p->weight_decay : 0.0;
    if (p->kind == OP_OPTIMISER_ADAMW)
        *param -= lr * decay * *param;
    else
        g += decay * *param;
    *m = beta1 * *m + (1.0 - beta1) * g;
    if (p->kind == OP_OPTIMISER_ADAMAX) {
        *v = fmax(beta2 * *v, fabs(g) + eps);
        *param -= lr / c1 * *m / *v;
    } else {
        *v = beta2 * *v + (1.0 - beta2) * g * g;
        *param -= lr * (*m / c1) / (sqrt(*v / c2) + eps);
    }
    if (p->has_ema)
        args[6][i] = args[0][3] * args[6][i] + (1.0 - args[0][3]) * *param;
}

static void reference(const void *params, double *const *args) {
    const struct op_optimiser *p = params;
    for (uint32_t i = 0; i < p->count && args[1][2] != 0.0; i++)
        step(p, i, args);
}

// A plausible third step; vectors of 12 parameters stand for a step that is skipped.
static void prepare(const void *params, double *const *args) {
    const struct op_optimiser *p = params;
    double beta1 = (double)p->beta1, beta2 = (double)p->beta2;
    const double hyper[4] = {1e-2, 1.0 - pow(beta1, 3.0), 1.0 - pow(beta2, 3.0), 0.995};
    const double clip[4] = {2.0, 0.5, p->count == 12 ? 0.0 : 1.0, 1.0};
    for (int i = 0; i < 4; i++) {
        args[0][i] = hyper[i];
        args[1][i] = clip[i];
    }
    for (uint32_t i = 0; i < p->count; i++)
        args[5][i] = fabs(args[5][i]);
}

static const struct op_optimiser examples[] = {
    {OP_OPTIMISER_ADAM, 1000, 1000, 0.9f, 0.999f, 1e-8f, 0.0f, false},
    {OP_OPTIMISER_ADAMW, 1000, 600, 0.9f, 0.99f, 1e-8f, 1e-3f, true},
    {OP_OPTIMISER_ADAMAX, 1000, 600, 0.9f, 0.999f, 1e-8f, 1e-2f, true},
};

const struct op_info op_optimiser_info = {.name = "optimiser",
                                          .params_size = sizeof(struct op_optimiser),
                                          .describe = describe,
                                          .record = record,
                                          .reference = reference,
                                          .prepare = prepare,
                                          .examples = examples,
                                          .example_count = sizeof examples / sizeof examples[0]};

void op_optimiser(struct op_recorder *recorder, const struct op_optimiser *params, struct rt_buffer hyper,
                  struct rt_buffer clip, struct rt_buffer grad, struct rt_buffer param, struct rt_buffer m,
                  struct rt_buffer v, struct rt_buffer ema) {
    op_record(recorder, OP_optimiser, params, (struct rt_buffer[]){hyper, clip, grad, param, m, v, ema}, 7);
}
