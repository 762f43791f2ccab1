// mograph bench kernels: how fast each operation runs at the model's shapes, against what this device can do.
#include "cli/bench/bench.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/terminal.h"
#include "shaders/op_shapes.h"

#include <string.h>

struct bench_values {
    bool json, statistics, no_tune;
    const char *device;
    int64_t repeat;
    const char *only;
};

static const struct option options[] = {{OPTION_JSON(struct bench_values, json)},
                                        {OPTION_DEVICE(struct bench_values, device)},
                                        {OPTION_NO_TUNE(struct bench_values, no_tune)},
                                        {OPTION_FIELD(struct bench_values, repeat), .name = "repeat",
                                         .help = "how many runs of each operation the median is taken from",
                                         .initial = "7", .min = 1, .max = BENCH_MAX_REPEAT},
                                        {OPTION_FIELD(struct bench_values, only), .name = "only",
                                         .value = "NAME",
                                         .help = "only the operations whose name holds NAME"},
                                        {OPTION_FIELD(struct bench_values, statistics), .name = "statistics",
                                         .help = "also what the driver tells of each pipeline"},
                                        {0}};

struct report {
    cJSON *rows; // NULL: print a table
    struct bench_peaks peaks;
    struct progress progress;
};

// How near a run came to the device's peaks: the nearer of the two is what bounds it.
struct share {
    double value;
    const char *bound;
};

static struct share share_of_peak(const struct bench_time *time, const struct bench_peaks *peaks) {
    double seconds = time->median_ns * 1e-9;
    double fma = time->flops / seconds / peaks->flops, copy = time->bytes / seconds / peaks->bytes;
    return fma > copy ? (struct share){fma, "fma"} : (struct share){copy, "copy"};
}

static void add_json_row(struct report *report, enum op_id id, const struct op_shape *shape,
                         const struct bench_time *time) {
    struct share share = share_of_peak(time, &report->peaks);
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "operation", op_table[id]->name);
    cJSON_AddStringToObject(row, "shape", shape->label);
    cJSON_AddNumberToObject(row, "median_ms", time->median_ns * 1e-6);
    cJSON_AddNumberToObject(row, "gflops", time->flops / time->median_ns);
    cJSON_AddNumberToObject(row, "gb_per_s", time->bytes / time->median_ns);
    cJSON_AddNumberToObject(row, "share_of_peak", share.value);
    cJSON_AddStringToObject(row, "peak", share.bound);
    cJSON_AddItemToArray(report->rows, row);
}

static void print_row(const char *name, const char *label, const struct bench_time *time) {
    char gflops[24] = "-";
    if (time->flops > 0.0)
        snprintf(gflops, sizeof gflops, "%.1f", time->flops / time->median_ns);
    printf("%-33s %-33s %9.2f %8s %7.1f", name, label, time->median_ns * 1e-6, gflops,
           time->bytes / time->median_ns);
}

static void report_row(struct report *report, enum op_id id, const struct op_shape *shape,
                       const struct bench_time *time) {
    if (report->rows != NULL) {
        add_json_row(report, id, shape, time);
        return;
    }
    struct share share = share_of_peak(time, &report->peaks);
    print_row(op_table[id]->name, shape->label, time);
    printf("  %3.0f%% %s\n", share.value * 100.0, share.bound);
    fflush(stdout);
}

static bool wanted(enum op_id id, const char *only) {
    return only == NULL || strstr(op_table[id]->name, only) != NULL;
}

static uint32_t count_wanted(const char *only) {
    uint32_t count = 0;
    for (int id = 0; id < OP_COUNT; id++)
        for (uint32_t i = 0; wanted((enum op_id)id, only) && op_shape_at((enum op_id)id, OP_BENCH, i) != NULL;
             i++)
            count++;
    return count;
}

static bool measure_row(struct cli_device *device, const struct bench_values *v, enum op_id id,
                        const struct op_shape *shape, struct report *report, struct cli_error *error) {
    struct bench_time time;
    enum rt_status status = bench_operation(device, id, shape->params, (uint32_t)v->repeat, &time);
    progress_clear(&report->progress);
    if (!cli_check(error, status, "%s, %s", op_table[id]->name, shape->label))
        return false;
    report_row(report, id, shape, &time);
    return true;
}

static bool measure_rows(struct cli_device *device, const struct bench_values *v, struct report *report,
                         struct cli_error *error) {
    const struct op_shape *shape;
    uint64_t done = 0;
    progress_begin(&report->progress, "bench", count_wanted(v->only));
    for (int id = 0; id < OP_COUNT; id++)
        for (uint32_t i = 0;
             wanted((enum op_id)id, v->only) && (shape = op_shape_at((enum op_id)id, OP_BENCH, i)) != NULL;
             i++) {
            if (!measure_row(device, v, (enum op_id)id, shape, report, error))
                return false;
            done++;
            if (report->progress.interactive)
                progress_update(&report->progress, done, NULL);
        }
    progress_clear(&report->progress);
    return true;
}

static void print_head(const struct cli_device *device, const struct report *report, int64_t repeat) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    printf("%s, kernels: %s, median of %lld\n", info->name, op_family_text(device->library->target.family),
           (long long)repeat);
    printf("peak: %.1f GFLOP/s of multiply-adds, %.1f GB/s of copying\n\n", report->peaks.flops * 1e-9,
           report->peaks.bytes * 1e-9);
    printf("%-33s %-33s %9s %8s %7s  %s\n", "operation", "shape", "ms", "GFLOP/s", "GB/s", "of peak");
}

static bool print_table(struct cli_device *device, const struct bench_values *v, struct report *report,
                        struct cli_error *error) {
    print_head(device, report, v->repeat);
    if (!measure_rows(device, v, report, error))
        return false;
    double seconds = bench_c_conv3d();
    if (seconds < 0.0)
        return cli_no_memory(error, "the plain C loop");
    printf("%-33s %-33s %9.2f %8.1f\n", "plain C loop, one thread", bench_c_label, seconds * 1e3,
           bench_c_flops / seconds * 1e-9);
    if (!v->statistics)
        return true;
    printf("\n");
    return statistics_print(device->device, error);
}

static bool print_json(struct cli_device *device, const struct bench_values *v, struct report *report,
                       struct cli_error *error) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "device", info->name);
    cJSON_AddStringToObject(root, "driver", info->driver);
    cJSON_AddStringToObject(root, "kernels", op_family_text(device->library->target.family));
    cJSON_AddNumberToObject(root, "repeat", (double)v->repeat);
    cJSON_AddNumberToObject(root, "peak_gflops", report->peaks.flops * 1e-9);
    cJSON_AddNumberToObject(root, "peak_gb_per_s", report->peaks.bytes * 1e-9);
    report->rows = cJSON_AddArrayToObject(root, "operations");
    double seconds = -1.0;
    if ((report->rows != NULL || cli_no_memory(error, NULL)) && measure_rows(device, v, report, error)) {
        seconds = bench_c_conv3d();
        if (seconds < 0.0)
            cli_no_memory(error, "the plain C loop");
    }
    if (seconds < 0.0 || (v->statistics && !statistics_add(root, "pipelines", device->device, error))) {
        cJSON_Delete(root);
        return false;
    }
    cJSON *loop = cJSON_AddObjectToObject(root, "plain_c_loop");
    cJSON_AddStringToObject(loop, "shape", bench_c_label);
    cJSON_AddNumberToObject(loop, "best_ms", seconds * 1e3);
    cJSON_AddNumberToObject(loop, "gflops", bench_c_flops / seconds * 1e-9);
    return json_print_and_delete(root, error);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct bench_values *v = values;
    struct cli_device device = {0};
    struct report report = {0};
    (void)args;
    (void)arg_count;
    if (count_wanted(v->only) == 0)
        return cli_usage(error, "no operation's name holds \"%.60s\"; `mograph doctor` lists them all",
                         v->only);
    const struct rt_device_params params = {.statistics = v->statistics};
    bool done = cli_device_open_with(v->device, &params, &device, error) &&
                cli_device_tune(&device, v->no_tune) &&
                cli_check(error, bench_peaks(&device, &report.peaks), "measuring the device's peaks");
    if (done)
        done = v->json ? print_json(&device, v, &report, error) : print_table(&device, v, &report, error);
    cli_device_close(&device);
    return done;
}

const struct command cmd_bench_kernels = {
    .name = "bench kernels",
    .summary = "time every operation at the model's shapes",
    .text =
        "Each row: median time, arithmetic and memory traffic per second, and the share of what this device\n"
        "reached in the same run with multiply-adds from registers (fma) or with a copy of 8 MiB (copy),\n"
        "whichever is nearer. The last row is the same convolution as a plain loop in C, on one thread.\n"
        "--statistics adds a row for each pipeline: threads of a workgroup, lanes of a subgroup, registers of a\n"
        "thread, waves at a time, registers that spill, bytes of scratch, shared memory and code, the compiler's\n"
        "estimate of cycles. The driver must offer VK_KHR_pipeline_executable_properties; lavapipe does not.\n"
        "MOGRAPH_KERNELS=tile, lane or coop chooses the kernel family.\n",
    .options = options,
    .values_size = sizeof(struct bench_values),
    .run = run,
};
