// Kernels that show what a device can do at best: checks, recording, references.
#include "shaders/peak/peak.h"

#include "shaders/op_define.h"
#include "shaders/peak/peak_copy_push.h"
#include "shaders/peak/peak_fma_push.h"

#include <stdio.h>

// --- peak_fma ---

static double flops(const struct op_peak_fma *p) {
    return 2.0 * OP_PEAK_CHAINS * (double)p->count * (double)p->steps;
}

static bool describe_fma(const struct op_target *target, const struct op_peak_fma *p,
                         struct op_peak_fma_extents *args, struct op_signature *signature,
                         struct op_refusal *refusal) {
    (void)target;
    if (!op_check_count(refusal, "src", p->count) ||
        !op_in_range(refusal, "steps", p->steps, OP_PEAK_UNROLL, OP_PEAK_MAX_STEPS))
        return false;
    if (p->steps % OP_PEAK_UNROLL != 0)
        return op_refuse(refusal, "steps is %u, it must be a multiple of %d", p->steps, OP_PEAK_UNROLL);
    snprintf(signature->text, sizeof signature->text, "[%u] steps=%u", p->count, p->steps);
    signature->flops = flops(p);
    args->src = op_elements(OP_F32, p->count);
    args->dst = op_elements(OP_F32, p->count);
    return true;
}

static void record_fma(struct op_recorder *recorder, const struct op_peak_fma *p,
                       const struct op_peak_fma_buffers *args) {
    struct push_peak_fma push = {.src = args->src.address,
                                 .dst = args->dst.address,
                                 .count = p->count,
                                 .rounds = p->steps / OP_PEAK_UNROLL};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_peak_fma, push, .items = p->count, .reads = {args->src},
                                    .writes = {args->dst}, .flops = flops(p)));
}

static void reference_fma(const struct op_peak_fma *p, const struct op_peak_fma_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++) {
        double sum = 0.0;
        for (int k = 0; k < OP_PEAK_CHAINS; k++) {
            double x = k / 16.0;
            for (uint32_t step = 0; step < p->steps; step++)
                x = x * 0.9375 + args->src[i];
            sum += x;
        }
        args->dst[i] = sum;
    }
}

OP_DEFINE(peak_fma, describe_fma, record_fma, reference_fma, .shapes = {&op_peak_fma_shapes});

// --- peak_copy ---

static bool describe_copy(const struct op_target *target, const struct op_peak_copy *p,
                          struct op_peak_copy_extents *args, struct op_signature *signature,
                          struct op_refusal *refusal) {
    (void)target;
    if (!op_check_count(refusal, "src", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u]", p->count);
    args->src = op_elements(OP_F32, p->count);
    args->dst = op_elements(OP_F32, p->count);
    return true;
}

static void record_copy(struct op_recorder *recorder, const struct op_peak_copy *p,
                        const struct op_peak_copy_buffers *args) {
    struct push_peak_copy push = {.src = args->src.address, .dst = args->dst.address, .count4 = p->count / 4};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_peak_copy, push, .items = p->count / 4, .reads = {args->src},
                                    .writes = {args->dst}));
}

static void reference_copy(const struct op_peak_copy *p, const struct op_peak_copy_arrays *args) {
    for (uint32_t i = 0; i < p->count; i++)
        args->dst[i] = args->src[i];
}

OP_DEFINE(peak_copy, describe_copy, record_copy, reference_copy, .shapes = {&op_peak_copy_shapes});
