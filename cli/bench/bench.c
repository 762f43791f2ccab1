// Measures one operation: its kernels recorded several times over, timed on the device, best of several runs.
#include "cli/bench/bench.h"

#include "cli/terminal.h"
#include "runtime/layout.h"
#include "runtime/transfer.h"
#include "shaders/check/op_arrays.h"
#include "shaders/op_record.h"
#include "shaders/peak/peak.h"

#include <stdlib.h>

struct bench {
    struct cli_device *device;
    struct op_signature signature;
    struct rt_arena *arena;
    struct rt_stream *stream;
    struct rt_buffer buffers[OP_MAX_ARGS];
};

static void list_arguments(void *owner, struct rt_layout *layout) {
    struct bench *bench = owner;
    for (uint32_t i = 0; i < bench->signature.arg_count; i++)
        rt_layout_add(layout, &bench->buffers[i], op_arg_buffer_bytes(&bench->signature.args[i]));
}

static enum rt_status allocate(struct bench *bench) {
    return rt_layout_create(bench->device->device, RT_MEMORY_DEVICE, "a benchmark", list_arguments, bench,
                            &bench->arena);
}

static enum rt_status upload_one(struct bench *bench, uint32_t i, const double *values) {
    const struct op_arg *arg = &bench->signature.args[i];
    uint64_t bytes = op_arg_bytes(arg);
    void *encoded = malloc(bytes);
    if (encoded == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    op_encode(arg->dtype, values, arg->count, encoded);
    enum rt_status status = rt_buffer_upload(bench->device->device, bench->buffers[i], encoded, bytes);
    free(encoded);
    return status;
}

// Random inputs: zeros would flatter hardware that skips them, denormals would slow others down.
static enum rt_status upload_inputs(struct bench *bench, enum op_id id, const void *params) {
    double *arrays[OP_MAX_ARGS];
    if (!op_arrays_create(&bench->signature, arrays))
        return RT_ERROR_OUT_OF_MEMORY;
    op_fill_inputs(id, params, &bench->signature, OP_FILL_RANDOM, 1, arrays);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < bench->signature.arg_count && status == RT_OK; i++)
        if (arrays[i] != NULL && bench->signature.args[i].role != OP_OUT)
            status = upload_one(bench, i, arrays[i]);
    op_arrays_destroy(arrays);
    return status;
}

static enum rt_status record(struct bench *bench, enum op_id id, const void *params) {
    bool timestamps = rt_device_describe(bench->device->device)->timestamp_period_ns > 0.0f;
    struct rt_stream_params stream_params = {.profile = timestamps};
    enum rt_status status = rt_stream_create(bench->device->device, &stream_params, &bench->stream);
    if (status != RT_OK)
        return status;
    rt_stream_begin(bench->stream);
    struct op_recorder recorder = {bench->device->library, bench->stream};
    op_record(&recorder, id, params, bench->buffers);
    return RT_OK;
}

static enum rt_status run_once(struct bench *bench, double *ns) {
    double start = terminal_seconds(), sum = 0.0;
    enum rt_status status = rt_stream_run(bench->stream);
    *ns = (terminal_seconds() - start) * 1e9;
    for (uint32_t i = 0; i < rt_stream_profile_count(bench->stream) && status == RT_OK; i++) {
        struct rt_profile_row row;
        status = rt_stream_profile(bench->stream, i, &row);
        sum += row.ns;
    }
    if (sum > 0.0)
        *ns = sum;
    return status;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, uint32_t count) {
    qsort(values, count, sizeof *values, by_value);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}

static enum rt_status measure(struct bench *bench, uint32_t repeat, struct bench_time *time) {
    double ns[BENCH_MAX_REPEAT], warm_up;
    enum rt_status status = run_once(bench, &warm_up);
    for (uint32_t i = 0; i < repeat && status == RT_OK; i++)
        status = run_once(bench, &ns[i]);
    if (status != RT_OK)
        return status;
    time->median_ns = bench_median(ns, repeat);
    time->best_ns = ns[0];
    return RT_OK;
}

static double traffic(const struct op_signature *signature) {
    double bytes = 0.0;
    for (uint32_t i = 0; i < signature->arg_count; i++) {
        const struct op_arg *arg = &signature->args[i];
        double size = (double)op_arg_bytes(arg);
        if (arg->role != OP_SCRATCH)
            bytes += arg->role == OP_INOUT ? 2.0 * size : size;
    }
    return bytes;
}

enum rt_status bench_operation(struct cli_device *device, enum op_id id, const void *params, uint32_t repeat,
                               struct bench_time *time) {
    struct bench bench = {.device = device};
    struct op_refusal refusal;
    *time = (struct bench_time){0};
    if (!op_describe(&device->library->target, id, params, &bench.signature, &refusal))
        return RT_ERROR_INVALID;
    time->flops = bench.signature.flops;
    time->bytes = traffic(&bench.signature);
    enum rt_status status = allocate(&bench);
    if (status == RT_OK)
        status = upload_inputs(&bench, id, params);
    if (status == RT_OK)
        status = record(&bench, id, params);
    if (status == RT_OK)
        status = measure(&bench, repeat, time);
    rt_stream_destroy(&bench.stream);
    rt_arena_destroy(&bench.arena);
    return status;
}

// A peak is the best of many short runs: the longer one is, the surer something else takes the processor.
enum { PEAK_REPEAT = 50 };

// As many elements as make a run last a millisecond: a GPU would else be timed while it starts.
static enum rt_status measure_fma(struct cli_device *device, double *flops) {
    struct op_peak_fma fma = {.count = 1 << 14, .steps = 16 * OP_PEAK_UNROLL};
    struct bench_time time;
    enum rt_status status;
    do {
        status = bench_operation(device, OP_peak_fma, &fma, PEAK_REPEAT, &time);
        fma.count *= 4;
    } while (status == RT_OK && time.best_ns < 1e6 && fma.count <= 1 << 24);
    if (status == RT_OK)
        *flops = time.flops / (time.best_ns * 1e-9);
    return status;
}

enum rt_status bench_peaks(struct cli_device *device, struct bench_peaks *peaks) {
    static const struct op_peak_copy copy = {.count = BENCH_COPY_BYTES / 4};
    struct bench_time time;
    enum rt_status status = measure_fma(device, &peaks->flops);
    if (status == RT_OK)
        status = bench_operation(device, OP_peak_copy, &copy, PEAK_REPEAT, &time);
    if (status == RT_OK)
        peaks->bytes = time.bytes / (time.best_ns * 1e-9);
    return status;
}

struct bench_roof bench_roof(const struct bench_peaks *peaks, double flops, double bytes) {
    double fma = flops / peaks->flops, copy = bytes / peaks->bytes;
    return fma > copy ? (struct bench_roof){fma * 1e9, "fma"} : (struct bench_roof){copy * 1e9, "copy"};
}
