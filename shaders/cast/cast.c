// Conversion between fp32 and bf16: checks, recording, reference.
#include "shaders/cast/cast.h"

#include "shaders/cast/cast_push.h"

#include <stdio.h>

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_cast *p = params;
    (void)target;
    if (!op_check_dtype(refusal, p->src_dtype) || !op_check_dtype(refusal, p->dst_dtype) ||
        !op_check_count(refusal, "src", p->count))
        return false;
    if (p->src_dtype == p->dst_dtype)
        return op_refuse(refusal, "both types are the same; rt_stream_copy copies");
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u] to %s", p->count,
             p->dst_dtype == OP_BF16 ? "bf16" : "fp32");
    op_add_arg(signature, "src", OP_IN, p->src_dtype, p->count);
    op_add_arg(signature, "dst", OP_OUT, p->dst_dtype, p->count);
    return true;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_cast *p = params;
    struct push_cast push = {args[0].address, args[1].address, p->count / 4};
    struct op_launch launch = {.kernel = KERNEL_cast,
                               .spec = {p->dst_dtype == OP_BF16},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void reference(const void *params, double *const *args) {
    const struct op_cast *p = params;
    for (uint32_t i = 0; i < p->count; i++)
        args[1][i] = args[0][i];
}

static const struct op_cast examples[] = {{OP_F32, OP_BF16, 1000}, {OP_BF16, OP_F32, 1000}};

const struct op_info op_cast_info = {.name = "cast",
                                     .params_size = sizeof(struct op_cast),
                                     .describe = describe,
                                     .record = record,
                                     .reference = reference,
                                     .examples = examples,
                                     .example_count = sizeof examples / sizeof examples[0]};

void op_cast(struct op_recorder *recorder, const struct op_cast *params, struct rt_buffer src,
             struct rt_buffer dst) {
    op_record(recorder, OP_cast, params, (struct rt_buffer[]){src, dst}, 2);
}
