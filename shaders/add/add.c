// Weighted sum of two vectors: checks, recording, reference.
#include "shaders/add/add.h"

#include "shaders/add/add_push.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_add *p = params;
    (void)target;
    if (!op_check_dtype(refusal, p->dtype) || !op_check_count(refusal, "dst", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    if (!isfinite(p->alpha))
        return op_refuse(refusal, "alpha is not finite");
    snprintf(signature->text, sizeof signature->text, "[%u] alpha=%g", p->count, (double)p->alpha);
    op_add_arg(signature, "a", OP_IN, p->dtype, p->count);
    op_add_arg(signature, "b", OP_IN, p->dtype, p->count);
    op_add_arg(signature, "dst", OP_OUT, p->dtype, p->count);
    return true;
}

static float alpha(const struct op_add *p) {
    return p->alpha == 0.0f ? 1.0f : p->alpha;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_add *p = params;
    struct push_add push = {args[0].address, args[1].address, args[2].address, p->count / 4, alpha(p)};
    struct op_launch launch = {.kernel = p->dtype == OP_BF16 ? KERNEL_add_bf16 : KERNEL_add,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0], args[1]},
                               .writes = {args[2]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void reference(const void *params, double *const *args) {
    const struct op_add *p = params;
    for (uint32_t i = 0; i < p->count; i++)
        args[2][i] = args[0][i] + (double)alpha(p) * args[1][i];
}

static const struct op_add examples[] = {{OP_F32, 1000, 0.0f}, {OP_F32, 1000, -0.5f}, {OP_BF16, 1000, 0.0f}};

const struct op_info op_add_info = {.name = "add",
                                    .params_size = sizeof(struct op_add),
                                    .describe = describe,
                                    .record = record,
                                    .reference = reference,
                                    .examples = examples,
                                    .example_count = sizeof examples / sizeof examples[0]};

void op_add(struct op_recorder *recorder, const struct op_add *params, struct rt_buffer a, struct rt_buffer b,
            struct rt_buffer dst) {
    op_record(recorder, OP_add, params, (struct rt_buffer[]){a, b, dst}, 3);
}
