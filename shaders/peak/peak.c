// Kernels that show what a device can do at best: checks, recording, references.
#include "shaders/peak/peak.h"

#include "shaders/peak/peak_copy_push.h"
#include "shaders/peak/peak_fma_push.h"

#include <stdio.h>

// --- peak_fma ---

static bool describe_fma(const struct op_target *target, const void *params, struct op_signature *signature,
                         struct op_refusal *refusal) {
    const struct op_peak_fma *p = params;
    (void)target;
    if (!op_check_count(refusal, "src", p->count) ||
        !op_in_range(refusal, "steps", p->steps, OP_PEAK_UNROLL, OP_PEAK_MAX_STEPS))
        return false;
    if (p->steps % OP_PEAK_UNROLL != 0)
        return op_refuse(refusal, "steps is %u, it must be a multiple of %d", p->steps, OP_PEAK_UNROLL);
    snprintf(signature->text, sizeof signature->text, "[%u] steps=%u", p->count, p->steps);
    op_add_arg(signature, "src", OP_IN, OP_F32, p->count);
    op_add_arg(signature, "dst", OP_OUT, OP_F32, p->count);
    signature->flops = 2.0 * OP_PEAK_CHAINS * (double)p->count * (double)p->steps;
    return true;
}

static void record_fma(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_peak_fma *p = params;
    struct push_peak_fma push = {args[0].address, args[1].address, p->count, p->steps / OP_PEAK_UNROLL};
    struct op_launch launch = {.kernel = KERNEL_peak_fma,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]},
                               .flops = 2.0 * OP_PEAK_CHAINS * (double)p->count * (double)p->steps};
    op_grid_for_items(&recorder->library->target, p->count, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_fma(const void *params, double *const *args) {
    const struct op_peak_fma *p = params;
    for (uint32_t i = 0; i < p->count; i++) {
        double sum = 0.0;
        for (int k = 0; k < OP_PEAK_CHAINS; k++) {
            double x = k / 16.0;
            for (uint32_t step = 0; step < p->steps; step++)
                x = x * 0.9375 + args[0][i];
            sum += x;
        }
        args[1][i] = sum;
    }
}

static const struct op_peak_fma examples_fma[] = {{1, 16}, {1003, 64}};

const struct op_info op_peak_fma_info = {.name = "peak_fma",
                                         .params_size = sizeof(struct op_peak_fma),
                                         .describe = describe_fma,
                                         .record = record_fma,
                                         .reference = reference_fma,
                                         .examples = examples_fma,
                                         .example_count = sizeof examples_fma / sizeof examples_fma[0]};

void op_peak_fma(struct op_recorder *recorder, const struct op_peak_fma *params, struct rt_buffer src,
                 struct rt_buffer dst) {
    op_record(recorder, OP_peak_fma, params, (struct rt_buffer[]){src, dst}, 2);
}

// --- peak_copy ---

static bool describe_copy(const struct op_target *target, const void *params, struct op_signature *signature,
                          struct op_refusal *refusal) {
    const struct op_peak_copy *p = params;
    (void)target;
    if (!op_check_count(refusal, "src", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u]", p->count);
    op_add_arg(signature, "src", OP_IN, OP_F32, p->count);
    op_add_arg(signature, "dst", OP_OUT, OP_F32, p->count);
    return true;
}

static void record_copy(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_peak_copy *p = params;
    struct push_peak_copy push = {args[0].address, args[1].address, p->count / 4};
    struct op_launch launch = {.kernel = KERNEL_peak_copy,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {args[0]},
                               .writes = {args[1]}};
    op_grid_for_items(&recorder->library->target, p->count / 4, &launch);
    op_dispatch(recorder, &launch);
}

static void reference_copy(const void *params, double *const *args) {
    const struct op_peak_copy *p = params;
    for (uint32_t i = 0; i < p->count; i++)
        args[1][i] = args[0][i];
}

static const struct op_peak_copy examples_copy[] = {{4}, {4004}};

const struct op_info op_peak_copy_info = {.name = "peak_copy",
                                          .params_size = sizeof(struct op_peak_copy),
                                          .describe = describe_copy,
                                          .record = record_copy,
                                          .reference = reference_copy,
                                          .examples = examples_copy,
                                          .example_count = sizeof examples_copy / sizeof examples_copy[0]};

void op_peak_copy(struct op_recorder *recorder, const struct op_peak_copy *params, struct rt_buffer src,
                  struct rt_buffer dst) {
    op_record(recorder, OP_peak_copy, params, (struct rt_buffer[]){src, dst}, 2);
}
