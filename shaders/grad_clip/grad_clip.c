// Gradient clipping by a running norm: checks, recording, reference.
#include "shaders/grad_clip/grad_clip.h"

#include "shaders/grad_clip/grad_clip_push.h"
#include "shaders/reduce/reduce.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_grad_clip *p = params;
    if (!op_check_count(refusal, "grad", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u]", p->count);
    signature->flops = 2.0 * p->count;
    op_add_arg(signature, "grad", OP_IN, OP_F32, p->count);
    op_add_arg(signature, "hyper", OP_IN, OP_F32, 4);
    op_add_arg(signature, "state", OP_INOUT, OP_F32, 4);
    op_add_arg(signature, "result", OP_OUT, OP_F32, 4);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, 4 + op_reduce_scratch(target, p->count));
    return true;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_grad_clip *p = params;
    struct rt_buffer squares = rt_buffer_slice(args[4], 0, 4);
    struct rt_buffer rest = rt_buffer_slice(args[4], 16, args[4].size_bytes - 16);
    op_reduce_record(recorder, OP_REDUCE_SUM_SQUARES, p->count, args[0], squares, rest);
    struct push_grad_clip push = {squares.address, args[1].address, args[2].address, args[3].address};
    struct op_launch launch = {.kernel = KERNEL_grad_clip,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {squares, args[1], args[2]},
                               .writes = {args[2], args[3]}};
    op_grid_for_items(&recorder->library->target, 1, &launch);
    op_dispatch(recorder, &launch);
}

static void reference(const void *params, double *const *args) {
    const struct op_grad_clip *p = params;
    const double *hyper = args[1];
    double *state = args[2], *result = args[3], squares = 0.0;
    for (uint32_t i = 0; i < p->count; i++)
        squares += args[0][i] * args[0][i];
    if (!isfinite(squares)) {
        state[2] += 1.0;
        result[0] = squares;
        result[1] = result[2] = result[3] = 0.0;
        return;
    }
    double norm = sqrt(squares), limit = hyper[0], relative = state[1] > 0.0 ? hyper[1] * state[0] : 0.0;
    if (relative > 0.0 && (limit == 0.0 || relative < limit))
        limit = relative;
    double factor = limit > 0.0 && norm > limit ? limit / norm : 1.0;
    state[0] = state[1] > 0.0 ? hyper[2] * state[0] + (1.0 - hyper[2]) * norm * factor : norm * factor;
    state[1] += 1.0;
    result[0] = norm;
    result[1] = factor;
    result[2] = 1.0;
    result[3] = limit;
}

// By the vector's length: first step, limited by the norm, by the running norm, not finite.
static void prepare(const void *params, double *const *args) {
    const struct op_grad_clip *p = params;
    static const double hypers[4][4] = {{0, 2, 0.9, 0}, {0.5, 0, 0.9, 0}, {100, 2, 0.9, 0}, {1, 2, 0.9, 0}};
    static const double states[4][4] = {{0, 0, 0, 0}, {3, 5, 0, 0}, {0.25, 7, 1, 0}, {1, 2, 3, 0}};
    uint32_t which = p->count / 4 % 4;
    for (int i = 0; i < 4; i++) {
        args[1][i] = hypers[which][i];
        args[2][i] = states[which][i];
    }
    if (which == 3)
        args[0][p->count / 2] = NAN;
}

static const struct op_grad_clip examples[] = {{4000}, {4004}, {4008}, {4012}};

const struct op_info op_grad_clip_info = {.name = "grad_clip",
                                          .params_size = sizeof(struct op_grad_clip),
                                          .describe = describe,
                                          .record = record,
                                          .reference = reference,
                                          .prepare = prepare,
                                          .examples = examples,
                                          .example_count = sizeof examples / sizeof examples[0]};

void op_grad_clip(struct op_recorder *recorder, const struct op_grad_clip *params, struct rt_buffer grad,
                  struct rt_buffer hyper, struct rt_buffer state, struct rt_buffer result,
                  struct rt_buffer scratch) {
    op_record(recorder, OP_grad_clip, params, (struct rt_buffer[]){grad, hyper, state, result, scratch}, 5);
}
