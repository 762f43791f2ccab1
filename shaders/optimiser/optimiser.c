// One optimiser step over all parameters: checks, recording, reference.
#include "shaders/optimiser/optimiser.h"

#include "shaders/op_define.h"
#include "shaders/optimiser/optimiser_push.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const char *const kind_names[OP_OPTIMISER_KINDS] = {"adam", "adamw"};

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

static bool describe(const struct op_target *target, const struct op_optimiser *p,
                     struct op_optimiser_extents *args, struct op_signature *signature,
                     struct op_refusal *refusal) {
    (void)target;
    if (!check(p, refusal))
        return false;
    snprintf(signature->text, sizeof signature->text, "%s[%u]%s", kind_names[p->kind], p->count,
             p->has_ema ? " ema" : "");
    signature->flops = 16.0 * p->count;
    args->hyper = op_elements(OP_F32, SHARED_FLOATS);
    args->grad_clip = op_elements(OP_F32, SHARED_FLOATS);
    args->grad = args->param = args->m = args->v = op_elements(OP_F32, p->count);
    args->ema = op_elements_if(p->has_ema, OP_F32, p->count);
    return true;
}

static void record(struct op_recorder *recorder, const struct op_optimiser *p,
                   const struct op_optimiser_buffers *args) {
    struct push_optimiser push = {.hyper = args->hyper.address,
                                  .grad_clip = args->grad_clip.address,
                                  .grad = args->grad.address,
                                  .param = args->param.address,
                                  .m = args->m.address,
                                  .v = args->v.address,
                                  .ema = args->ema.address,
                                  .count4 = p->count / 4,
                                  .decay_count4 = p->decay_count / 4,
                                  .beta1 = p->beta1,
                                  .beta2 = p->beta2,
                                  .eps = p->eps,
                                  .weight_decay = p->weight_decay};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_optimiser, push, OP_SPEC((uint32_t)p->kind), .items = p->count / 4,
                          .reads = {args->hyper, args->grad_clip, args->grad, args->param, args->m, args->v,
                                    args->ema},
                          .writes = {args->param, args->m, args->v, args->ema}, .flops = 16.0 * p->count));
}

// The arrays by the names of their structs' members.
#define HYPER(member) args->hyper[SHARED_INDEX(optimiser_hyper, member)]
#define GRAD_CLIP(member) args->grad_clip[SHARED_INDEX(grad_clip_result, member)]

static void step(const struct op_optimiser *p, uint32_t i, const struct op_optimiser_arrays *args) {
    double lr = HYPER(lr), c1 = HYPER(c1), c2 = HYPER(c2), ema_decay = HYPER(ema_decay);
    double *param = &args->param[i], *m = &args->m[i], *v = &args->v[i];
    double g = args->grad[i] * GRAD_CLIP(factor);
    double beta1 = (double)p->beta1, beta2 = (double)p->beta2;
    double decay = i < p->decay_count ? (double)p->weight_decay : 0.0;
    if (p->kind == OP_OPTIMISER_ADAMW)
        *param -= lr * decay * *param;
    else
        g += decay * *param;
    *m = beta1 * *m + (1.0 - beta1) * g;
    *v = beta2 * *v + (1.0 - beta2) * g * g;
    *param -= lr * (*m / c1) / (sqrt(*v / c2) + (double)p->eps);
    if (p->has_ema)
        args->ema[i] = ema_decay * args->ema[i] + (1.0 - ema_decay) * *param;
}

static void reference(const struct op_optimiser *p, const struct op_optimiser_arrays *args) {
    for (uint32_t i = 0; i < p->count && GRAD_CLIP(apply) != 0.0; i++)
        step(p, i, args);
}

// A plausible third step; vectors of 12 parameters stand for a step that is skipped.
static void prepare(const struct op_optimiser *p, const struct op_optimiser_arrays *args) {
    const struct optimiser_hyper hyper = {.lr = 1e-2f,
                                          .c1 = (float)(1.0 - pow((double)p->beta1, 3.0)),
                                          .c2 = (float)(1.0 - pow((double)p->beta2, 3.0)),
                                          .ema_decay = 0.995f};
    const struct grad_clip_result grad_clip = {
        .norm = 2.0f, .factor = 0.5f, .apply = p->count == 12 ? 0.0f : 1.0f, .limit = 1.0f};
    shared_put(&hyper, args->hyper);
    shared_put(&grad_clip, args->grad_clip);
    for (uint32_t i = 0; i < p->count; i++)
        args->v[i] = fabs(args->v[i]);
}

OP_PREPARE(optimiser, prepare);
OP_DEFINE(optimiser, describe, record, reference, .prepare = optimiser_prepare,
          .flags_at = offsetof(struct op_optimiser, has_ema), .shapes = {&op_optimiser_shapes});
