// mograph bench generate: how many clips a second this device makes.
#include "cli/bench/bench_generate.h"
#include "cli/bench/bench_json.h"
#include "cli/bench/choice.h"
#include "cli/command.h"
#include "cli/json.h"

struct bench_values {
    int preset;
    int64_t repeat;
    struct cli_size size;
    bool json, no_tune;
    const char *batch, *device;
};

#define FIELD(field) OPTION_FIELD(struct bench_values, field)

static const struct option options[] = {
    {FIELD(preset), .name = "preset", .initial = "small", .choices = "tiny|small|base|article",
     .help = "the model; `mograph info` shows each"},
    {FIELD(size), .name = "size", .min = 1, .max = 16384,
     .help = "clips of this width, height and length (default: the preset's)"},
    {FIELD(batch), .name = "batch", .value = "LIST", .initial = "1,2,4,8",
     .help = "clips that are made at once, a row each"},
    {FIELD(repeat), .name = "repeat", .initial = "7", .min = 1, .max = BENCH_MAX_REPEAT,
     .help = "how many batches the median is taken from"},
    {OPTION_DEVICE(struct bench_values, device)},
    {OPTION_NO_TUNE(struct bench_values, no_tune)},
    {OPTION_JSON(struct bench_values, json)},
    {0}};

static void print_head(const struct cli_device *device, const struct bench_generate *b) {
    printf("%s, kernels: %s\n", rt_device_describe(device->device)->name,
           op_family_text(device->library->target.family));
    printf("%s, %ux%ux%u, fp32, median of %u\n\n", b->model.name, b->model.w, b->model.h, b->model.d,
           b->repeat);
    printf("%5s %10s %9s %10s %9s\n", "batch", "ms", "clips/s", "GFLOP/s", "MiB");
}

static void print_row(const struct bench_generate *b) {
    printf("%5u %10.2f %9.2f %10.1f %9.0f\n", b->batch, b->median_ms, b->batch / b->median_ms * 1e3,
           b->flops / b->median_ms * 1e-6, b->bytes / 1048576.0);
    fflush(stdout);
}

static cJSON *json_head(const struct cli_device *device, const struct bench_generate *b) {
    cJSON *root = bench_json_head(device, &b->model);
    cJSON_AddNumberToObject(root, "repeat", b->repeat);
    return root;
}

static void add_json_row(cJSON *rows, const struct bench_generate *b) {
    cJSON *row = cJSON_CreateObject();
    cJSON_AddNumberToObject(row, "batch", b->batch);
    cJSON_AddNumberToObject(row, "median_ms", b->median_ms);
    cJSON_AddNumberToObject(row, "best_ms", b->best_ms);
    cJSON_AddNumberToObject(row, "worst_ms", b->worst_ms);
    cJSON_AddNumberToObject(row, "clips_per_s", b->batch / b->median_ms * 1e3);
    cJSON_AddNumberToObject(row, "generate_flops_per_clip", b->flops / b->batch);
    cJSON_AddNumberToObject(row, "gflops", b->flops / b->median_ms * 1e-6);
    cJSON_AddNumberToObject(row, "memory_bytes", b->bytes);
    cJSON_AddItemToArray(rows, row);
}

static bool measure(const struct cli_device *device, const struct bench_batches *batches,
                    struct bench_generate *b, bool json, struct cli_error *error) {
    cJSON *root = json ? json_head(device, b) : NULL, *rows = cJSON_AddArrayToObject(root, "batches");
    bool good = true;
    if (!json)
        print_head(device, b);
    for (uint32_t i = 0; i < batches->count && good; i++) {
        b->batch = batches->at[i];
        good = bench_generate(device, b, error);
        if (good && json)
            add_json_row(rows, b);
        else if (good)
            print_row(b);
    }
    if (good && json)
        return json_print_and_delete(root, error);
    cJSON_Delete(root);
    return good;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct bench_values *v = values;
    struct cli_device device = {0};
    struct bench_batches batches;
    struct bench_generate bench = {.repeat = (uint32_t)v->repeat};
    (void)args;
    (void)arg_count;
    bool done = bench_choose_batches(v->batch, &batches, error) &&
                bench_choose_model(v->preset, v->size, &bench.model, error) &&
                cli_device_open(v->device, &device, error) && cli_device_tune(&device, v->no_tune) &&
                measure(&device, &batches, &bench, v->json, error);
    cli_device_close(&device);
    return done;
}

const struct command cmd_bench_generate = {
    .name = "bench generate",
    .summary = "time the making of clips, at several batches",
    .text =
        "Times what `mograph generate` does before it writes a file: noise goes to the device, clips come\n"
        "back as bytes. The weights are those that training starts with; the work does not depend on them.\n"
        "MOGRAPH_KERNELS=tile, lane or coop chooses the kernel family.\n",
    .options = options,
    .values_size = sizeof(struct bench_values),
    .run = run,
};
