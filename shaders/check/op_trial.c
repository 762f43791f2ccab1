// One operation, once on the device and once on the CPU.
#include "shaders/check/op_trial.h"

#include "runtime/align.h"
#include "runtime/transfer.h"
#include "shaders/check/op_arrays.h"
#include "shaders/check/op_compare.h"
#include "shaders/op_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_BYTES = RT_ALIGNMENT, GUARD_VALUE = 0xa5, PREFILL_VALUE = 0xff };

struct trial_run {
    struct op_library *library;
    const struct op_trial *trial;
    struct op_signature signature;
    double *arrays[OP_MAX_ARGS]; // inputs, then the reference's outputs
    struct rt_arena *arena;
    struct rt_buffer buffers[OP_MAX_ARGS];
    unsigned char *image, *first, *second; // the arena's bytes before, after one run, after another
    uint64_t at[OP_MAX_ARGS];              // where arguments lie in the image, each behind its guard
    uint64_t image_bytes;
};

static uint64_t padded(const struct op_arg *arg) {
    return rt_align_up(op_arg_buffer_bytes(arg), RT_ALIGNMENT);
}

// Lays out the image: guard, argument, guard, argument, ..., guard. An argument's own padding is guarded too.
static void lay_out(struct trial_run *run) {
    run->image_bytes = GUARD_BYTES;
    for (uint32_t i = 0; i < run->signature.arg_count; i++) {
        run->at[i] = run->image_bytes;
        if (run->signature.args[i].count > 0)
            run->image_bytes += padded(&run->signature.args[i]) + GUARD_BYTES;
    }
}

static bool allocate(struct trial_run *run) {
    lay_out(run);
    run->image = malloc(run->image_bytes);
    run->first = malloc(run->image_bytes);
    run->second = malloc(run->image_bytes);
    return run->image != NULL && run->first != NULL && run->second != NULL &&
           op_arrays_create(&run->signature, run->arrays) &&
           rt_arena_create(run->library->device, RT_MEMORY_DEVICE, run->image_bytes, "a trial",
                           &run->arena) == RT_OK;
}

static void fill_image(struct trial_run *run) {
    memset(run->image, GUARD_VALUE, run->image_bytes);
    for (uint32_t i = 0; i < run->signature.arg_count; i++) {
        const struct op_arg *arg = &run->signature.args[i];
        if (arg->count == 0)
            continue;
        uint64_t bytes = op_arg_bytes(arg);
        run->buffers[i] = rt_arena_buffer(run->arena, run->at[i], op_arg_buffer_bytes(arg));
        if (arg->role == OP_OUT || arg->role == OP_SCRATCH)
            memset(run->image + run->at[i], PREFILL_VALUE, bytes);
        else
            op_encode(arg->dtype, run->arrays[i], arg->count, run->image + run->at[i]);
    }
}

static enum rt_status run_once(struct trial_run *run, unsigned char *after) {
    struct rt_device *device = run->library->device;
    struct rt_buffer whole = rt_arena_buffer(run->arena, 0, run->image_bytes);
    enum rt_status status = rt_buffer_upload(device, whole, run->image, run->image_bytes);
    struct rt_stream *stream = NULL;
    if (status == RT_OK)
        status = rt_stream_create(device, NULL, &stream);
    if (status != RT_OK)
        return status;
    rt_stream_begin(stream);
    struct op_recorder recorder = {run->library, stream};
    op_record(&recorder, run->trial->id, run->trial->params, run->buffers);
    status = rt_stream_run(stream);
    rt_stream_destroy(&stream);
    return status == RT_OK ? rt_buffer_download(device, whole, after, run->image_bytes) : status;
}

static bool fail(const struct trial_run *run, struct op_trial_result *result, const char *what) {
    snprintf(result->text, sizeof result->text, "%s %s fill=%s seed=%llu family=%s: %s",
             op_table[run->trial->id]->name, run->signature.text, op_fill_text(run->trial->fill),
             (unsigned long long)run->trial->seed, op_family_text(run->library->target.family), what);
    result->passed = false;
    return false;
}

// Bytes that no operation may change: guards, and every input.
static bool untouched(const struct trial_run *run, struct op_trial_result *result) {
    for (uint32_t i = 0; i <= run->signature.arg_count; i++) {
        const struct op_arg *arg = i < run->signature.arg_count ? &run->signature.args[i] : NULL;
        uint64_t at = (arg != NULL ? run->at[i] : run->image_bytes) - GUARD_BYTES;
        if (arg != NULL && arg->count == 0)
            continue;
        uint64_t keep = GUARD_BYTES, writable = 0;
        if (arg != NULL && arg->role == OP_IN)
            keep += padded(arg);
        else if (arg != NULL)
            writable = op_arg_bytes(arg);
        if (memcmp(run->image + at, run->first + at, keep) != 0) {
            char what[120];
            snprintf(what, sizeof what,
                     "bytes before or inside read-only memory at argument %u (%s) were changed", i,
                     arg ? arg->name : "end");
            return fail(run, result, what);
        }
        if (arg != NULL && arg->role != OP_IN) {
            uint64_t tail = padded(arg) - writable;
            if (memcmp(run->image + at + keep + writable, run->first + at + keep + writable, tail) != 0) {
                char what[120];
                snprintf(what, sizeof what, "bytes behind argument %s were changed", arg->name);
                return fail(run, result, what);
            }
        }
    }
    return true;
}

static bool repeatable(const struct trial_run *run, struct op_trial_result *result) {
    for (uint32_t i = 0; i < run->signature.arg_count; i++) {
        const struct op_arg *arg = &run->signature.args[i];
        uint64_t at = run->buffers[i].offset_bytes;
        if (arg->count == 0 || arg->role == OP_SCRATCH)
            continue;
        if (memcmp(run->first + at, run->second + at, op_arg_bytes(arg)) != 0) {
            char what[120];
            snprintf(what, sizeof what, "two runs gave different bits in %s", arg->name);
            return fail(run, result, what);
        }
    }
    return true;
}

static bool rounds_to_half(const struct trial_run *run) {
    return run->library->target.family == OP_FAMILY_COOP && op_table[run->trial->id]->products;
}

// Before the reference replaces the arrays' outputs.
static bool agrees(struct trial_run *run, struct op_trial_result *result) {
    double floor = op_scale_floor(&run->signature, run->arrays), summands[OP_MAX_ARGS] = {0};
    if (rounds_to_half(run) && !op_summands(run->trial->id, run->trial->params, &run->signature, run->arrays,
                                            OP_HALF_LEAST, summands))
        return fail(run, result, "out of host memory");
    op_table[run->trial->id]->reference(run->trial->params, run->arrays);
    for (uint32_t i = 0; i < run->signature.arg_count; i++) {
        const struct op_arg *arg = &run->signature.args[i];
        if (arg->count == 0 || (arg->role != OP_OUT && arg->role != OP_INOUT))
            continue;
        double *got = malloc(arg->count * sizeof *got);
        if (got == NULL)
            return fail(run, result, "out of host memory");
        op_decode(arg->dtype, run->first + run->buffers[i].offset_bytes, arg->count, got);
        struct op_difference worst =
            op_compare(got, run->arrays[i], arg->count, fmax(op_arg_scale_floor(arg, floor), summands[i]));
        free(got);
        if (worst.error > result->error)
            result->error = worst.error;
        if (worst.error > result->tolerance) {
            char what[256];
            snprintf(what, sizeof what,
                     "%s[%llu] is %.9g, the reference says %.9g; relative error %.3g > %.3g", arg->name,
                     (unsigned long long)worst.index, worst.got, worst.want, worst.error, result->tolerance);
            return fail(run, result, what);
        }
    }
    return true;
}

static void allow_for_halves(struct trial_run *run, struct op_trial_result *result) {
    result->tolerance = fmax(result->tolerance, run->trial->halves ? OP_HALF_SUM_ERROR : OP_HALF_ERROR);
    for (uint32_t i = 0; run->trial->halves && i < run->signature.arg_count; i++)
        for (uint64_t k = 0; run->arrays[i] != NULL && k < run->signature.args[i].count; k++)
            run->arrays[i][k] = op_round_half(run->arrays[i][k]);
}

enum rt_status op_trial_run(struct op_library *library, const struct op_trial *trial,
                            struct op_trial_result *result) {
    struct trial_run run = {.library = library, .trial = trial};
    struct op_refusal refusal;
    *result = (struct op_trial_result){0};
    if (!op_describe(&library->target, trial->id, trial->params, &run.signature, &refusal)) {
        fail(&run, result, refusal.text);
        return RT_OK;
    }
    result->tolerance = op_tolerance(trial->id, &run.signature, trial->tolerance);
    enum rt_status status = allocate(&run) ? RT_OK : rt_no_memory("an operation's trial");
    if (status == RT_OK) {
        op_fill_inputs(trial->id, trial->params, &run.signature, trial->fill, trial->seed, run.arrays);
        if (rounds_to_half(&run))
            allow_for_halves(&run, result);
        fill_image(&run);
        status = run_once(&run, run.first);
    }
    if (status == RT_OK)
        status = run_once(&run, run.second);
    if (status == RT_OK)
        result->passed = untouched(&run, result) && repeatable(&run, result) && agrees(&run, result);
    op_arrays_destroy(run.arrays);
    rt_arena_destroy(&run.arena);
    free(run.image);
    free(run.first);
    free(run.second);
    return status;
}
