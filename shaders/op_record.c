// Recording: sizes checked, then the operation's kernels, judged where MOGRAPH_CHECK asks for it.
#include "shaders/op_record.h"

#include "shaders/check/op_check.h"

static bool buffers_fit(struct op_recorder *recorder, enum op_id id, const struct op_signature *signature,
                        const struct rt_buffer *args) {
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        if (arg->count == 0)
            continue;
        uint64_t bytes = op_arg_bytes(arg);
        if (args[i].address == 0 || args[i].size_bytes < bytes || args[i].address % 16 != 0) {
            rt_stream_fail(recorder->stream, RT_ERROR_INVALID,
                           "%s: argument %s needs %llu bytes, got %llu (%s)", op_table[id]->name, arg->name,
                           (unsigned long long)bytes, (unsigned long long)args[i].size_bytes,
                           signature->text);
            return false;
        }
    }
    return true;
}

void op_record(struct op_recorder *recorder, enum op_id id, const void *params,
               const struct rt_buffer *args) {
    if (rt_stream_status(recorder->stream) != RT_OK)
        return;
    struct op_signature signature;
    struct op_refusal refusal;
    if (!op_describe(&recorder->library->target, id, params, &signature, &refusal)) {
        rt_stream_fail(recorder->stream, RT_ERROR_INVALID, "%s: %s", op_table[id]->name, refusal.text);
        return;
    }
    if (!buffers_fit(recorder, id, &signature, args))
        return;
    // The exact ranges, so that barriers are no wider than needed.
    struct rt_buffer exact[OP_MAX_ARGS] = {0};
    for (uint32_t i = 0; i < signature.arg_count; i++)
        if (signature.args[i].count > 0)
            exact[i] = rt_buffer_slice(args[i], 0, op_arg_bytes(&signature.args[i]));
    struct op_check_hook *hook =
        recorder->library->check ? op_check_before(recorder, id, params, &signature, exact) : NULL;
    op_table[id]->record(recorder, params, exact);
    op_check_after(recorder, hook);
}
