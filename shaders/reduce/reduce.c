// Reductions of a vector to one number: checks, recording, references.
#include "shaders/reduce/reduce.h"

#include "shaders/reduce/reduce_merge_push.h"
#include "shaders/reduce/reduce_push.h"

#include <math.h>
#include <stdio.h>

enum { FAN = 32 }; // as in reduce_merge.comp

static const char *const kind_names[OP_REDUCE_KINDS] = {"sum", "mean", "sum_squares", "max_abs",
                                                        "non_finite"};

// A GPU wants tens of thousands of invocations to hide memory latency, a CPU device few.
static uint32_t part_count(const struct op_target *target, uint32_t count) {
    enum { TILE_PARTS = 16 * FAN * FAN };
    uint64_t most = op_div_up(count / 4, 64);
    uint64_t wanted = target->family == OP_FAMILY_LANE ? FAN : TILE_PARTS;
    return (uint32_t)(most < wanted ? most : wanted);
}

// Floats of one level of partial results: the next starts at a multiple of 16 bytes.
static uint64_t level_floats(uint64_t parts) {
    return op_div_up(parts, 4) * 4;
}

uint64_t op_reduce_scratch(const struct op_target *target, uint32_t count) {
    uint64_t parts = part_count(target, count), floats = level_floats(parts);
    for (; parts > FAN; floats += level_floats(parts))
        parts = op_div_up(parts, FAN);
    return floats;
}

static void record_merge(struct op_recorder *recorder, enum op_reduce_kind kind, uint32_t count, float factor,
                         struct rt_buffer src, struct rt_buffer dst) {
    struct push_reduce_merge push = {src.address, dst.address, count, factor};
    struct op_launch launch = {.kernel = KERNEL_reduce_merge,
                               .spec = {(uint32_t)kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {dst}};
    op_grid_for_items(&recorder->library->target, op_div_up(count, FAN), &launch);
    op_dispatch(recorder, &launch);
}

void op_reduce_record(struct op_recorder *recorder, enum op_reduce_kind kind, uint32_t count,
                      struct rt_buffer src, struct rt_buffer dst, struct rt_buffer scratch) {
    uint32_t parts = part_count(&recorder->library->target, count);
    struct rt_buffer first = rt_buffer_slice(scratch, 0, (uint64_t)parts * 4);
    struct push_reduce push = {src.address, first.address, count / 4, parts};
    struct op_launch launch = {.kernel = KERNEL_reduce,
                               .spec = {(uint32_t)kind},
                               .spec_count = 1,
                               .push = &push,
                               .push_bytes = sizeof push,
                               .reads = {src},
                               .writes = {first},
                               .flops = count};
    op_grid_for_items(&recorder->library->target, parts, &launch);
    op_dispatch(recorder, &launch);
    float factor = kind == OP_REDUCE_MEAN ? 1.0f / (float)count : 1.0f;
    for (uint64_t at = level_floats(parts); parts > FAN; at += level_floats(parts)) {
        uint32_t rest = (uint32_t)op_div_up(parts, FAN);
        struct rt_buffer next = rt_buffer_slice(scratch, at * 4, (uint64_t)rest * 4);
        record_merge(recorder, kind, parts, 1.0f, first, next);
        first = next;
        parts = rest;
    }
    record_merge(recorder, kind, parts, factor, first, dst);
}

static bool describe(const struct op_target *target, const void *params, struct op_signature *signature,
                     struct op_refusal *refusal) {
    const struct op_reduce *p = params;
    if (!op_in_range(refusal, "kind", (uint64_t)p->kind, 0, OP_REDUCE_KINDS - 1) ||
        !op_check_count(refusal, "src", p->count))
        return false;
    if (p->count % 4 != 0)
        return op_refuse(refusal, "count is %u, it must be a multiple of 4", p->count);
    snprintf(signature->text, sizeof signature->text, "%s[%u]", kind_names[p->kind], p->count);
    signature->flops = p->count;
    op_add_arg(signature, "src", OP_IN, OP_F32, p->count);
    op_add_arg(signature, "dst", OP_OUT, OP_F32, 1);
    op_add_arg(signature, "scratch", OP_SCRATCH, OP_F32, op_reduce_scratch(target, p->count));
    return true;
}

static void record(struct op_recorder *recorder, const void *params, const struct rt_buffer *args) {
    const struct op_reduce *p = params;
    op_reduce_record(recorder, p->kind, p->count, args[0], args[1], args[2]);
}

static void reference(const void *params, double *const *args) {
    const struct op_reduce *p = params;
    double total = 0.0;
    for (uint32_t i = 0; i < p->count; i++) {
        double x = args[0][i];
        if (p->kind == OP_REDUCE_MAX_ABS)
            total = isnan(x) ? INFINITY : fmax(total, fabs(x));
        else if (p->kind == OP_REDUCE_NON_FINITE)
            total += !isfinite(x);
        else
            total += p->kind == OP_REDUCE_SUM_SQUARES ? x * x : x;
    }
    args[1][0] = p->kind == OP_REDUCE_MEAN ? total / p->count : total;
}

// Sums of random signs cancel: an offset keeps the relative error meaningful. A few holes for non_finite.
static void prepare(const void *params, double *const *args) {
    const struct op_reduce *p = params;
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->kind == OP_REDUCE_SUM || p->kind == OP_REDUCE_MEAN)
            args[0][i] = fabs(args[0][i]);
        if (p->kind == OP_REDUCE_NON_FINITE && i % 7 == 3)
            args[0][i] = i % 2 ? NAN : -INFINITY;
    }
}

static const struct op_reduce examples[] = {{OP_REDUCE_SUM, 5000},
                                            {OP_REDUCE_MEAN, 5000},
                                            {OP_REDUCE_SUM_SQUARES, 5000},
                                            {OP_REDUCE_MAX_ABS, 5000},
                                            {OP_REDUCE_NON_FINITE, 5000}};

const struct op_info op_reduce_info = {.name = "reduce",
                                       .params_size = sizeof(struct op_reduce),
                                       .describe = describe,
                                       .record = record,
                                       .reference = reference,
                                       .prepare = prepare,
                                       .examples = examples,
                                       .example_count = sizeof examples / sizeof examples[0]};

void op_reduce(struct op_recorder *recorder, const struct op_reduce *params, struct rt_buffer src,
               struct rt_buffer dst, struct rt_buffer scratch) {
    op_record(recorder, OP_reduce, params, (struct rt_buffer[]){src, dst, scratch}, 3);
}
