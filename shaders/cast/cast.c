// Conversion between fp32 and bf16: checks, recording, reference.
#include "shaders/cast/cast.h"

#include "shaders/cast/cast_push.h"
#include "shaders/op_define.h"

#include <stdio.h>

static bool describe(const struct op_target *target, const struct op_cast *p, struct op_cast_extents *args,
                     struct op_signature *signature, struct op_refusal *refusal) {
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
    args->src = op_elements(p->src_dtype, p->count);
    args->dst = op_elements(p->dst_dtype, p->count);
    return true;
}

static void record(struct op_recorder *recorder, const struct op_cast *p,
                   const struct op_cast_buffers *args) {
    struct push_cast push = {.src = args->src.address, .dst = args->dst.address, .count4 = p->count / 4};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_cast, push, OP_SPEC(p->dst_dtype == OP_BF16),
                                    .items = p->count / 4, .reads = {args->src}, .writes = {args->dst}));
}

static void reference(const struct op_cast *p, const struct op_cast_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++)
        args->dst[i] = args->src[i];
}

OP_DEFINE(cast, describe, record, reference, .shapes = {&op_cast_shapes});
