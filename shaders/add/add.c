// Weighted sum of two vectors: checks, recording, reference.
#include "shaders/add/add.h"

#include "shaders/add/add_push.h"
#include "shaders/op_define.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_target *target, const struct op_add *p, struct op_add_extents *args,
                     struct op_signature *signature, struct op_refusal *refusal) {
    (void)target;
    if (!op_check_dtype(refusal, p->dtype) || !op_check_count(refusal, "dst", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    if (!isfinite(p->alpha))
        return op_refuse(refusal, "alpha is not finite");
    snprintf(signature->text, sizeof signature->text, "[%u] alpha=%g", p->count, (double)p->alpha);
    args->a = op_elements(p->dtype, p->count);
    args->b = op_elements(p->dtype, p->count);
    args->dst = op_elements(p->dtype, p->count);
    return true;
}

static float alpha(const struct op_add *p) {
    return p->alpha == 0.0f ? 1.0f : p->alpha;
}

static void record(struct op_recorder *recorder, const struct op_add *p, const struct op_add_buffers *args) {
    struct push_add push = {.a = args->a.address,
                            .b = args->b.address,
                            .dst = args->dst.address,
                            .count4 = p->count / 4,
                            .alpha = alpha(p)};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_FOR(p->dtype, add), push, .items = p->count / 4,
                                    .reads = {args->a, args->b}, .writes = {args->dst}));
}

static void reference(const struct op_add *p, const struct op_add_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++)
        args->dst[i] = args->a[i] + (double)alpha(p) * args->b[i];
}

OP_DEFINE(add, describe, record, reference, .shapes = {&op_add_shapes});
