// mograph bench train: how long a step of training takes on this device, and where the time goes.
#include "cli/bench/bench_train.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/train/options.h"

#include <stdlib.h>

struct bench_values {
    int preset, precision, optimiser;
    int64_t batch, steps;
    bool adversary, each, json, no_tune;
    const char *device;
};

#define FIELD(field) OPTION_FIELD(struct bench_values, field)

static const struct option options[] = {
    {FIELD(preset), .name = "preset", .initial = "small", .choices = "tiny|small|base|article",
     .help = "the model; `mograph info` shows each"},
    {FIELD(batch), .name = "batch", .initial = "8", .min = 1, .max = 1024, .help = "clips a step"},
    {FIELD(precision), .name = "precision", .initial = "fp32", .choices = "fp32|bf16",
     .help = "how activations are stored; sums are always fp32"},
    {FIELD(optimiser), .name = "optimiser", .initial = "muon", .choices = "muon|adamw",
     .help = "of the weights between hidden layers; all else is AdamW's"},
    {FIELD(steps), .name = "steps", .initial = "10", .min = 1, .max = BENCH_MAX_REPEAT,
     .help = "how many steps the median is taken from"},
    {FIELD(adversary), .name = "adversary", .help = "a step of the second phase, with the adversary"},
    {FIELD(each), .name = "each", .help = "also list every record of the profiled step, in order"},
    {OPTION_DEVICE(struct bench_values, device)},
    {OPTION_NO_TUNE(struct bench_values, no_tune)},
    {OPTION_JSON(struct bench_values, json)},
    {0}};

static const char *precision_text(const struct bench_values *v) {
    return v->precision == 1 ? "bf16" : "fp32";
}

static const char *optimiser_text(const struct bench_values *v) {
    return v->optimiser == TRAINER_ADAMW ? "adamw" : "muon";
}

// What `mograph train` would do by default, but for what was asked for.
static bool choose(const struct bench_values *v, struct bench_train *bench, struct cli_error *error) {
    struct train_values train = {0};
    int arg_count;
    bool help;
    if (!options_parse(train_options, 0, NULL, &train, &arg_count, &help, NULL, error))
        return false;
    train.batch = v->batch;
    train.precision = v->precision;
    train.optimiser = v->optimiser;
    train.adversary_from = v->adversary ? 0.0 : 1.0;
    *bench = (struct bench_train){.model = *vae_preset_at((uint32_t)v->preset),
                                  .options = train_trainer_options(&train),
                                  .steps = (uint32_t)v->steps};
    return true;
}

// --- as a table

static void rate_text(double flops, double seconds, char text[24]) {
    snprintf(text, 24, "-");
    if (flops > 0.0 && seconds > 0.0)
        snprintf(text, 24, "%.1f", flops / seconds * 1e-9);
}

static void print_step(const struct cli_device *device, const struct bench_values *v,
                       const struct bench_train *b) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    double seconds = b->median_ms * 1e-3, rate = b->flops / seconds;
    bool tera = rate >= 1e12;
    printf("%s, kernels: %s\n", info->name, op_family_text(device->library->target.family));
    printf("%s, batch %u, %s, %s%s\n\n", b->model.name, b->options.batch, precision_text(v),
           optimiser_text(v), v->adversary ? ", with the adversary" : "");
    printf("step    %.2f ms, median of %u from %.2f to %.2f\n", b->median_ms, b->steps, b->best_ms,
           b->worst_ms);
    printf("clips   %.2f a second\n", b->options.batch / seconds);
    printf("work    %.2f %s, the model's %.2f GFLOP a clip\n\n", rate * (tera ? 1e-12 : 1e-9),
           tera ? "TFLOP/s" : "GFLOP/s", b->flops / b->options.batch * 1e-9);
}

static void print_records(const struct bench_train *b) {
    printf("%6s  %-46s %9s %9s %9s\n", "record", "kernel", "ms", "GFLOP", "GFLOP/s");
    for (uint32_t i = 0; i < b->record_count; i++) {
        const struct rt_profile_row *record = &b->records[i];
        char rate[24];
        rate_text(record->flops, record->ns * 1e-9, rate);
        printf("%6u  %-46s %9.3f %9.3f %9s\n", i, record->name, record->ns * 1e-6, record->flops * 1e-9,
               rate);
    }
    printf("\n");
}

static void print_kernel(const struct bench_kernel *kernel, double sum_ns) {
    char rate[24];
    rate_text(kernel->flops, kernel->ns * 1e-9, rate);
    printf("%-46s %6u %10.3f %6.1f%% %9s\n", kernel->name, kernel->calls, kernel->ns * 1e-6,
           sum_ns > 0.0 ? kernel->ns / sum_ns * 100.0 : 0.0, rate);
}

static void print_kernels(const struct bench_kernel *kernels, uint32_t count) {
    struct bench_kernel sum = bench_kernels_sum(kernels, count);
    printf("%-46s %6s %10s %7s %9s\n", "kernel", "calls", "ms", "share", "GFLOP/s");
    for (uint32_t i = 0; i < count; i++)
        print_kernel(&kernels[i], sum.ns);
    print_kernel(&sum, sum.ns);
}

static void print_table(const struct cli_device *device, const struct bench_values *v,
                        const struct bench_train *b, const struct bench_kernel *kernels, uint32_t count) {
    print_step(device, v, b);
    if (b->records == NULL) {
        printf("the device has no timestamps: where the time goes is not known\n");
        return;
    }
    if (v->each)
        print_records(b);
    print_kernels(kernels, count);
}

// --- as JSON

static void add_work(cJSON *row, double ns, double flops) {
    cJSON_AddNumberToObject(row, "ms", ns * 1e-6);
    cJSON_AddNumberToObject(row, "flops", flops);
    cJSON_AddNumberToObject(row, "gflops", ns > 0.0 ? flops / ns : 0.0);
}

static void add_records(cJSON *profile, const struct bench_train *b) {
    cJSON *rows = cJSON_AddArrayToObject(profile, "records");
    for (uint32_t i = 0; i < b->record_count; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "kernel", b->records[i].name);
        add_work(row, b->records[i].ns, b->records[i].flops);
        cJSON_AddItemToArray(rows, row);
    }
}

static void add_kernels(cJSON *profile, const struct bench_kernel *kernels, uint32_t count) {
    struct bench_kernel sum = bench_kernels_sum(kernels, count);
    add_work(profile, sum.ns, sum.flops);
    cJSON *rows = cJSON_AddArrayToObject(profile, "kernels");
    for (uint32_t i = 0; i < count; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "kernel", kernels[i].name);
        cJSON_AddNumberToObject(row, "calls", kernels[i].calls);
        add_work(row, kernels[i].ns, kernels[i].flops);
        cJSON_AddNumberToObject(row, "share", sum.ns > 0.0 ? kernels[i].ns / sum.ns : 0.0);
        cJSON_AddItemToArray(rows, row);
    }
}

static void add_step(cJSON *root, const struct bench_train *b) {
    cJSON_AddNumberToObject(root, "median_ms", b->median_ms);
    cJSON_AddNumberToObject(root, "best_ms", b->best_ms);
    cJSON_AddNumberToObject(root, "worst_ms", b->worst_ms);
    cJSON_AddNumberToObject(root, "clips_per_s", b->options.batch / b->median_ms * 1e3);
    cJSON_AddNumberToObject(root, "train_flops_per_clip", b->flops / b->options.batch);
    cJSON_AddNumberToObject(root, "gflops", b->flops / b->median_ms * 1e-6);
}

static bool print_json(const struct cli_device *device, const struct bench_values *v,
                       const struct bench_train *b, const struct bench_kernel *kernels, uint32_t count,
                       struct cli_error *error) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "device", info->name);
    cJSON_AddStringToObject(root, "driver", info->driver);
    cJSON_AddStringToObject(root, "kernels", op_family_text(device->library->target.family));
    cJSON_AddStringToObject(root, "preset", b->model.name);
    cJSON_AddNumberToObject(root, "batch", b->options.batch);
    cJSON_AddStringToObject(root, "precision", precision_text(v));
    cJSON_AddStringToObject(root, "optimiser", optimiser_text(v));
    cJSON_AddBoolToObject(root, "adversary", v->adversary);
    cJSON_AddNumberToObject(root, "steps", b->steps);
    add_step(root, b);
    if (b->records == NULL) {
        cJSON_AddNullToObject(root, "profile");
        return json_print_and_delete(root, error);
    }
    cJSON *profile = cJSON_AddObjectToObject(root, "profile");
    add_kernels(profile, kernels, count);
    if (v->each)
        add_records(profile, b);
    return json_print_and_delete(root, error);
}

static bool print(const struct cli_device *device, const struct bench_values *v, const struct bench_train *b,
                  struct cli_error *error) {
    struct bench_kernel *kernels = calloc((size_t)b->record_count + 1, sizeof *kernels);
    if (kernels == NULL)
        return cli_no_memory(error, NULL);
    uint32_t count = bench_kernels_of(b->records, b->record_count, kernels);
    bool done = true;
    if (v->json)
        done = print_json(device, v, b, kernels, count, error);
    else
        print_table(device, v, b, kernels, count);
    free(kernels);
    return done;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct bench_values *v = values;
    struct cli_device device = {0};
    struct bench_train bench = {0};
    (void)args;
    (void)arg_count;
    bool done = choose(v, &bench, error) && cli_device_open(v->device, &device, error) &&
                cli_device_tune(&device, v->no_tune) && bench_train(&device, &bench, error) &&
                print(&device, v, &bench, error);
    free(bench.records);
    cli_device_close(&device);
    return done;
}

const struct command cmd_bench_train = {
    .name = "bench train",
    .summary = "time steps of training, and show where the time goes",
    .text =
        "Times steps of `mograph train` on clips made in memory; the work is the model's, as `mograph info`\n"
        "counts it, without the optimiser's and the adversary's. Then one more step is profiled, each\n"
        "record alone on the device: a row for each kernel, those that took longest first.\n"
        "MOGRAPH_KERNELS=tile, lane or coop chooses the kernel family.\n",
    .options = options,
    .values_size = sizeof(struct bench_values),
    .run = run,
};
