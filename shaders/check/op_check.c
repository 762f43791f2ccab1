// MOGRAPH_CHECK=1: every operation of a run against its reference, on the data of that run. Inputs are taken
// before the operation (it may work in place), outputs behind it. Slow, and meant to be.
#include "shaders/check/op_check.h"

#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/check/op_arrays.h"
#include "shaders/check/op_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct op_check_hook {
    struct op_library *library;
    enum op_id id;
    unsigned char params[OP_MAX_PARAMS];
    struct op_signature signature;
    struct rt_buffer args[OP_MAX_ARGS];
    double *arrays[OP_MAX_ARGS];
};

static void release(void *user) {
    struct op_check_hook *hook = user;
    op_arrays_destroy(hook->arrays);
    free(hook);
}

static enum rt_status download(const struct op_check_hook *hook, uint32_t i, double *values) {
    const struct op_arg *arg = &hook->signature.args[i];
    uint64_t bytes = op_arg_bytes(arg);
    void *raw = malloc(bytes);
    if (raw == NULL)
        return rt_no_memory("MOGRAPH_CHECK");
    enum rt_status status = rt_buffer_download(hook->library->device, hook->args[i], raw, bytes);
    if (status == RT_OK)
        op_decode(arg->dtype, raw, arg->count, values);
    free(raw);
    return status;
}

static enum rt_status take_inputs(void *user) {
    struct op_check_hook *hook = user;
    op_arrays_destroy(hook->arrays);
    if (!op_arrays_create(&hook->signature, hook->arrays))
        return rt_no_memory("MOGRAPH_CHECK");
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < hook->signature.arg_count && status == RT_OK; i++)
        if (hook->arrays[i] != NULL && hook->signature.args[i].role != OP_OUT)
            status = download(hook, i, hook->arrays[i]);
    return status;
}

static bool rounds_to_half(const struct op_check_hook *hook) {
    return op_table[hook->id]->products && hook->library->target.family == OP_FAMILY_COOP;
}

// A gradient that is too large for fp16 is infinite by intent: the step will be skipped.
static bool overflows_half(const struct op_check_hook *hook) {
    for (uint32_t i = 0; i < hook->signature.arg_count; i++) {
        const struct op_arg *arg = &hook->signature.args[i];
        bool gradient = arg->role == OP_IN && strncmp(arg->name, "d_", 2) == 0;
        for (uint64_t k = 0; gradient && hook->arrays[i] != NULL && k < arg->count; k++)
            if (fabs(hook->arrays[i][k]) > OP_HALF_MAX)
                return true;
    }
    return false;
}

static double tolerance_of(const struct op_check_hook *hook) {
    double tolerance = op_tolerance(hook->id, &hook->signature, 0.0);
    bool halves = rounds_to_half(hook);
    return halves && tolerance < OP_HALF_ERROR ? OP_HALF_ERROR : tolerance;
}

static enum rt_status judge_output(const struct op_check_hook *hook, uint32_t i, double floor,
                                   double summands) {
    const struct op_arg *arg = &hook->signature.args[i];
    double *got = malloc(arg->count * sizeof *got);
    if (got == NULL)
        return rt_no_memory("MOGRAPH_CHECK");
    enum rt_status status = download(hook, i, got);
    if (status == RT_OK) {
        struct op_difference worst =
            op_compare(got, hook->arrays[i], arg->count, fmax(op_arg_scale_floor(arg, floor), summands));
        double tolerance = tolerance_of(hook);
        if (worst.error > tolerance) {
            rt_log(RT_LOG_ERROR,
                   "check: %s %s family=%s: %s[%llu] is %.9g, the reference says %.9g; relative error "
                   "%.3g > %.3g",
                   op_table[hook->id]->name, hook->signature.text,
                   op_family_text(hook->library->target.family), arg->name, (unsigned long long)worst.index,
                   worst.got, worst.want, worst.error, tolerance);
            status = RT_ERROR_MISMATCH;
        }
    }
    free(got);
    return status;
}

static enum rt_status judge(void *user) {
    struct op_check_hook *hook = user;
    if (rounds_to_half(hook) && overflows_half(hook))
        return RT_OK;
    double floor = op_scale_floor(&hook->signature, hook->arrays), summands[OP_MAX_ARGS] = {0};
    double least = rounds_to_half(hook) ? OP_HALF_LEAST : 0.0;
    if (op_table[hook->id]->products &&
        !op_summands(hook->id, hook->params, &hook->signature, hook->arrays, least, summands))
        return rt_no_memory("MOGRAPH_CHECK");
    op_table[hook->id]->reference(hook->params, hook->arrays);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < hook->signature.arg_count && status == RT_OK; i++) {
        enum op_role role = hook->signature.args[i].role;
        if (hook->arrays[i] != NULL && (role == OP_OUT || role == OP_INOUT))
            status = judge_output(hook, i, floor, summands[i]);
    }
    return status;
}

struct op_check_hook *op_check_before(struct op_recorder *recorder, enum op_id id, const void *params,
                                      const struct op_signature *signature, const struct rt_buffer *args) {
    struct op_check_hook *hook = calloc(1, sizeof *hook);
    if (hook == NULL) {
        rt_stream_fail(recorder->stream, RT_ERROR_OUT_OF_MEMORY, "out of host memory for MOGRAPH_CHECK");
        return NULL;
    }
    hook->library = recorder->library;
    hook->id = id;
    hook->signature = *signature;
    memcpy(hook->params, params, op_table[id]->params_size);
    memcpy(hook->args, args, signature->arg_count * sizeof *args);
    rt_stream_host(recorder->stream, take_inputs, NULL, hook); // judge's record owns the hook
    return hook;
}

void op_check_after(struct op_recorder *recorder, struct op_check_hook *hook) {
    if (hook != NULL)
        rt_stream_host(recorder->stream, judge, release, hook);
}
