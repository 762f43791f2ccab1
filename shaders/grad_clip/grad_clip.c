// Gradient clipping by a running norm: checks, recording, reference.
#include "shaders/grad_clip/grad_clip.h"

#include "shaders/grad_clip/grad_clip_push.h"
#include "shaders/op_define.h"
#include "shaders/sum_squares/sum_squares.h"

#include <math.h>
#include <stdio.h>

static bool describe(const struct op_target *target, const struct op_grad_clip *p,
                     struct op_grad_clip_extents *args, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_count(refusal, "grad", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u]", p->count);
    signature->flops = 2.0 * p->count;
    args->grad = op_elements(OP_F32, p->count);
    args->limits = args->state = args->result = op_elements(OP_F32, SHARED_FLOATS);
    args->scratch = op_elements(OP_F32, 4 + op_sum_squares_scratch(target, p->count));
    return true;
}

static void record(struct op_recorder *recorder, const struct op_grad_clip *p,
                   const struct op_grad_clip_buffers *args) {
    struct rt_buffer squares = rt_buffer_slice(args->scratch, 0, 4);
    struct rt_buffer rest = rt_buffer_slice(args->scratch, 16, args->scratch.size_bytes - 16);
    const struct op_sum_squares sum = {.count = p->count};
    OP_STEP(recorder, sum_squares, &sum, .src = args->grad, .dst = squares, .scratch = rest);
    struct push_grad_clip push = {.sum_squares = squares.address,
                                  .limits = args->limits.address,
                                  .state = args->state.address,
                                  .result = args->result.address};
    op_dispatch(recorder,
                OP_LAUNCH(KERNEL_grad_clip, push, .items = 1, .reads = {squares, args->limits, args->state},
                          .writes = {args->state, args->result}));
}

// The arrays by the names of their structs' members.
#define LIMIT(member) args->limits[SHARED_INDEX(grad_clip_limits, member)]
#define STATE(member) args->state[SHARED_INDEX(grad_clip_state, member)]
#define RESULT(member) args->result[SHARED_INDEX(grad_clip_result, member)]

static void put_result(const struct op_grad_clip_arrays *args, double norm, double factor, bool apply,
                       double limit) {
    RESULT(norm) = norm;
    RESULT(factor) = factor;
    RESULT(apply) = apply;
    RESULT(limit) = limit;
}

static void reference(const struct op_grad_clip *p, const struct op_grad_clip_arrays *args) {
    double squares = 0.0;
    for (uint32_t i = 0; i < p->count; i++)
        squares += args->grad[i] * args->grad[i];
    if (!isfinite(squares)) {
        STATE(skipped) += 1.0;
        put_result(args, squares, 0.0, false, 0.0);
        return;
    }
    bool first = !(STATE(steps) > 0.0);
    double scale = LIMIT(scale) > 0.0 ? LIMIT(scale) : 1.0;
    double norm = sqrt(squares) / scale, limit = LIMIT(max_norm), decay = LIMIT(running_decay);
    double relative = first ? 0.0 : LIMIT(max_ratio) * STATE(running_norm);
    if (relative > 0.0 && (limit == 0.0 || relative < limit))
        limit = relative;
    double factor = limit > 0.0 && norm > limit ? limit / norm : 1.0;
    STATE(running_norm) = first ? norm * factor : decay * STATE(running_norm) + (1.0 - decay) * norm * factor;
    STATE(steps) += 1.0;
    put_result(args, norm, factor / scale, true, limit);
}

// By the vector's length: first step, limited by the norm, by the running norm (and scaled), not finite.
static void prepare(const struct op_grad_clip *p, const struct op_grad_clip_arrays *args) {
    static const struct grad_clip_limits limits[4] = {
        {.max_ratio = 2, .running_decay = 0.9f},
        {.max_norm = 0.5f, .running_decay = 0.9f},
        {.max_norm = 100, .max_ratio = 2, .running_decay = 0.9f, .scale = 64},
        {.max_norm = 1, .max_ratio = 2, .running_decay = 0.9f},
    };
    static const struct grad_clip_state states[4] = {
        {.steps = 0},
        {.running_norm = 3, .steps = 5},
        {.running_norm = 0.25f, .steps = 7, .skipped = 1},
        {.running_norm = 1, .steps = 2, .skipped = 3},
    };
    uint32_t which = p->count / 4 % 4;
    shared_put(&limits[which], args->limits);
    shared_put(&states[which], args->state);
    if (which == 3)
        args->grad[p->count / 2] = NAN;
}

OP_PREPARE(grad_clip, prepare);
OP_DEFINE(grad_clip, describe, record, reference, .prepare = grad_clip_prepare,
          .shapes = {&op_grad_clip_shapes});
