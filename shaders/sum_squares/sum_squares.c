// The sum of squares of a vector, in a fixed order: parts, levels, and its definition.
#include "shaders/sum_squares/sum_squares.h"

#include "runtime/align.h"
#include "shaders/op_define.h"
#include "shaders/sum_squares/sum_squares_merge_push.h"
#include "shaders/sum_squares/sum_squares_push.h"

#include <stdio.h>

enum { FAN = 32 }; // as in sum_squares_merge.comp

// A GPU wants tens of thousands of invocations to hide memory latency, a CPU device few.
static uint32_t part_count(const struct op_target *target, uint32_t count) {
    enum { TILE_PARTS = 16 * FAN * FAN };
    uint64_t most = rt_div_up(count / 4, 64);
    uint64_t wanted = target->family == OP_FAMILY_LANE ? FAN : TILE_PARTS;
    return (uint32_t)(most < wanted ? most : wanted);
}

// Floats of one level of partial results: the next starts at a multiple of 16 bytes.
static uint64_t level_floats(uint64_t parts) {
    return rt_align_up(parts, 4);
}

uint64_t op_sum_squares_scratch(const struct op_target *target, uint32_t count) {
    uint64_t parts = part_count(target, count), floats = level_floats(parts);
    for (; parts > FAN; floats += level_floats(parts))
        parts = rt_div_up(parts, FAN);
    return floats;
}

static bool describe(const struct op_target *target, const struct op_sum_squares *p,
                     struct op_sum_squares_extents *args, struct op_signature *signature,
                     struct op_refusal *refusal) {
    if (!op_check_count(refusal, "src", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "[%u]", p->count);
    signature->flops = p->count;
    args->src = op_elements(OP_F32, p->count);
    args->dst = op_elements(OP_F32, 1);
    args->scratch = op_elements(OP_F32, op_sum_squares_scratch(target, p->count));
    return true;
}

static void record_merge(struct op_recorder *recorder, uint32_t count, struct rt_buffer src,
                         struct rt_buffer dst) {
    struct push_sum_squares_merge push = {.src = src.address, .dst = dst.address, .count = count};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_sum_squares_merge, push, .items = rt_div_up(count, FAN),
                                    .reads = {src}, .writes = {dst}));
}

static void record(struct op_recorder *recorder, const struct op_sum_squares *p,
                   const struct op_sum_squares_buffers *args) {
    uint32_t parts = part_count(&recorder->library->target, p->count);
    struct rt_buffer first = rt_buffer_slice(args->scratch, 0, (uint64_t)parts * 4);
    struct push_sum_squares push = {
        .src = args->src.address, .partials = first.address, .count4 = p->count / 4, .parts = parts};
    op_dispatch(recorder, OP_LAUNCH(KERNEL_sum_squares, push, .items = parts, .reads = {args->src},
                                    .writes = {first}, .flops = p->count));
    for (uint64_t at = level_floats(parts); parts > FAN; at += level_floats(parts)) {
        uint32_t rest = (uint32_t)rt_div_up(parts, FAN);
        struct rt_buffer next = rt_buffer_slice(args->scratch, at * 4, (uint64_t)rest * 4);
        record_merge(recorder, parts, first, next);
        first = next;
        parts = rest;
    }
    record_merge(recorder, parts, first, args->dst);
}

static void reference(const struct op_sum_squares *p, const struct op_sum_squares_arrays *args) {
    args->dst[0] = 0.0;
    for (uint32_t i = 0; i < p->count; i++)
        args->dst[0] += args->src[i] * args->src[i];
}

OP_DEFINE(sum_squares, describe, record, reference, .shapes = {&op_sum_squares_shapes});
