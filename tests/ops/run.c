// Runs one operation on the device with arrays of the host.
#include "tests/ops/run.h"

#include "runtime/layout.h"
#include "runtime/transfer.h"
#include "shaders/op_record.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>

struct run {
    struct op_library *library;
    struct op_signature signature;
    struct rt_arena *arena;
    struct rt_buffer args[OP_MAX_ARGS];
    void *bytes; // room for the largest argument
};

static void list_arguments(void *owner, struct rt_layout *layout) {
    struct run *run = owner;
    for (uint32_t i = 0; i < run->signature.arg_count; i++)
        rt_layout_add(layout, &run->args[i], op_arg_buffer_bytes(&run->signature.args[i]));
}

static bool allocate(struct run *run) {
    uint64_t largest = 16;
    for (uint32_t i = 0; i < run->signature.arg_count; i++)
        if (op_arg_buffer_bytes(&run->signature.args[i]) > largest)
            largest = op_arg_buffer_bytes(&run->signature.args[i]);
    run->bytes = malloc(largest);
    return run->bytes != NULL && rt_layout_create(run->library->device, RT_MEMORY_DEVICE, "a test",
                                                  list_arguments, run, &run->arena) == RT_OK;
}

static bool upload(struct run *run, uint32_t i, const double *values) {
    const struct op_arg *arg = &run->signature.args[i];
    op_encode(arg->dtype, values, arg->count, run->bytes);
    return rt_buffer_upload(run->library->device, run->args[i], run->bytes, op_arg_bytes(arg)) == RT_OK;
}

static bool download(struct run *run, uint32_t i, double *values) {
    const struct op_arg *arg = &run->signature.args[i];
    if (rt_buffer_download(run->library->device, run->args[i], run->bytes, op_arg_bytes(arg)) != RT_OK)
        return false;
    op_decode(arg->dtype, run->bytes, arg->count, values);
    return true;
}

static bool dispatch(struct run *run, enum op_id id, const void *params) {
    struct rt_stream *stream;
    if (rt_stream_create(run->library->device, NULL, &stream) != RT_OK)
        return false;
    struct op_recorder recorder = {run->library, stream};
    rt_stream_begin(stream);
    op_record(&recorder, id, params, run->args);
    bool ok = rt_stream_run(stream) == RT_OK;
    rt_stream_destroy(&stream);
    return ok;
}

bool op_run(struct op_library *library, enum op_id id, const void *params, double *const *arrays) {
    struct run run = {.library = library};
    struct op_refusal refusal = {""};
    bool ok = op_describe(&library->target, id, params, &run.signature, &refusal) && allocate(&run);
    for (uint32_t i = 0; ok && i < run.signature.arg_count; i++)
        if (arrays[i] != NULL && run.signature.args[i].role != OP_OUT)
            ok = upload(&run, i, arrays[i]);
    ok = ok && dispatch(&run, id, params);
    for (uint32_t i = 0; ok && i < run.signature.arg_count; i++)
        if (arrays[i] != NULL && run.signature.args[i].role != OP_IN)
            ok = download(&run, i, arrays[i]);
    rt_arena_destroy(&run.arena);
    free(run.bytes);
    if (!CHECK(ok))
        fprintf(stderr, "  %s could not be run: %s\n", op_table[id]->name, refusal.text);
    return ok;
}
