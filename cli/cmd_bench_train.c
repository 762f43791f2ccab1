// mograph bench train: how long a step of training takes on this device, and where the time goes.
#include "cli/bench/bench_train_print.h"
#include "cli/bench/choice.h"
#include "cli/command.h"
#include "cli/train/data.h"
#include "cli/train/options.h"

#include <stdlib.h>
#include <string.h>

struct bench_values {
    int preset, precision, optimiser;
    int64_t steps;
    struct cli_size size;
    bool adversary, each, no_profile, stream, json, no_tune;
    const char *batch, *data, *device;
};

#define FIELD(field) OPTION_FIELD(struct bench_values, field)

static const struct option options[] = {
    {FIELD(preset), .name = "preset", .initial = "small", .choices = "tiny|small|base|article",
     .help = "the model; `mograph info` shows each"},
    {FIELD(size), .name = "size", .min = 1, .max = 16384,
     .help = "clips of this width, height and length (default: the preset's, or those of --data)"},
    {FIELD(batch), .name = "batch", .value = "LIST", .initial = "8",
     .help = "clips a step; of several, 1,2,4,8, a table with a row each, without the profile"},
    {FIELD(precision), .name = "precision", .initial = "fp32", .choices = "fp32|bf16",
     .help = "how activations are stored; sums are always fp32"},
    {FIELD(optimiser), .name = "optimiser", .initial = "muon", .choices = "muon|adamw",
     .help = "of the weights between hidden layers; all else is AdamW's"},
    {FIELD(steps), .name = "steps", .initial = "10", .min = 1, .max = BENCH_MAX_REPEAT,
     .help = "how many steps the median is taken from"},
    {FIELD(adversary), .name = "adversary", .help = "a step of the second phase, with the adversary"},
    {FIELD(data), .name = "data", .value = "DATA",
     .help =
         "train on this data set, as `mograph train` takes it, and say how long steps wait for its clips"},
    {FIELD(stream), .name = "stream", .help = "read the clips while training, even if all fit on the device"},
    {FIELD(each), .name = "each", .help = "also list every record of the profiled step, in order"},
    {FIELD(no_profile), .name = "no-profile", .help = "time steps only"},
    {OPTION_DEVICE(struct bench_values, device)},
    {OPTION_NO_TUNE(struct bench_values, no_tune)},
    {OPTION_JSON(struct bench_values, json)},
    {0}};

// What one invocation holds.
struct benching {
    const struct bench_values *v;
    struct cli_device device;
    struct bench_batches batches;
    struct bench_train bench;
    struct train_data data;
};

// --- what is timed

// What `mograph train` would do by default, but for what was asked for.
static bool choose_options(struct benching *b, struct cli_error *error) {
    const struct bench_values *v = b->v;
    struct train_values train = {0};
    int arg_count;
    bool help;
    if (!options_parse(train_options, 0, NULL, &train, &arg_count, &help, NULL, error))
        return false;
    train.batch = b->batches.at[0];
    train.precision = v->precision;
    train.optimiser = v->optimiser;
    train.stream = v->stream;
    train.adversary_from = v->adversary ? 0.0 : 1.0;
    b->bench.options = train_trainer_options(&train);
    if (v->data != NULL)
        train_data_options(&b->data, &b->bench.options);
    b->bench.steps = (uint32_t)v->steps;
    b->bench.profiled = b->batches.count == 1 && !v->no_profile;
    return true;
}

static bool choose_data(struct benching *b, struct cli_size *size, struct cli_error *error) {
    const struct train_data *data = &b->data;
    if (b->v->data == NULL)
        return true;
    if (!train_data_open(&b->data, b->v->data, error))
        return false;
    const struct cli_size own = {data->width, data->height, data->frames};
    if (size->width != 0 && memcmp(size, &own, sizeof own) != 0)
        return cli_usage(error, "--data gives clips of %ux%ux%u: leave --size out", own.width, own.height,
                         own.frames);
    *size = own;
    b->bench.data = &b->data;
    return true;
}

static bool choose(struct benching *b, struct cli_error *error) {
    struct cli_size size = b->v->size;
    if (!bench_choose_batches(b->v->batch, &b->batches, error))
        return false;
    if (b->v->each && (b->v->no_profile || b->batches.count > 1))
        return cli_usage(error, "--each lists what is profiled: give one --batch, without --no-profile");
    if (!choose_data(b, &size, error) || !bench_choose_model(b->v->preset, size, &b->bench.model, error))
        return false;
    if (b->v->data != NULL)
        b->bench.model.classes = b->data.kind_count;
    return choose_options(b, error);
}

// --- timing

static bool one_batch(struct benching *b, struct cli_error *error) {
    struct bench_train *bench = &b->bench;
    if (!bench_train(&b->device, bench, error))
        return false;
    if (!b->v->json)
        return bench_train_print(&b->device, bench, b->v->each, error);
    cJSON *root = bench_train_json_head(&b->device, bench);
    bench_train_json_step(root, bench);
    if (bench_train_json_profile(root, bench, b->v->each, error))
        return json_print_and_delete(root, error);
    cJSON_Delete(root);
    return false;
}

static bool several_batches(struct benching *b, struct cli_error *error) {
    cJSON *root = b->v->json ? bench_train_json_head(&b->device, &b->bench) : NULL;
    cJSON *rows = cJSON_AddArrayToObject(root, "batches");
    bool good = true;
    if (!b->v->json)
        bench_train_print_head(&b->device, &b->bench);
    for (uint32_t i = 0; i < b->batches.count && good; i++) {
        b->bench.options.batch = b->batches.at[i];
        good = bench_train(&b->device, &b->bench, error);
        if (good && b->v->json) {
            cJSON *row = cJSON_CreateObject();
            bench_train_json_step(row, &b->bench);
            cJSON_AddItemToArray(rows, row);
        } else if (good) {
            bench_train_print_row(&b->bench);
        }
    }
    if (good && b->v->json)
        return json_print_and_delete(root, error);
    cJSON_Delete(root);
    return good;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct benching b = {.v = values};
    (void)args;
    (void)arg_count;
    bool done = choose(&b, error) && cli_device_open(b.v->device, &b.device, error) &&
                cli_device_tune(&b.device, b.v->no_tune) &&
                (b.batches.count == 1 ? one_batch(&b, error) : several_batches(&b, error));
    free(b.bench.records);
    cli_device_close(&b.device);
    train_data_close(&b.data);
    return done;
}

const struct command cmd_bench_train = {
    .name = "bench train",
    .summary = "time steps of training, and show where the time goes",
    .text =
        "Times steps of `mograph train` on clips made in memory; the work is the model's, as `mograph info`\n"
        "counts it, without the optimiser's and the adversary's. Then one more step is profiled, each\n"
        "record alone on the device: a row for each kernel, those that took longest first. GB/s counts what\n"
        "a record reads and writes once. \"of roof\" is the time that its arithmetic or its traffic, whichever\n"
        "is longer, would take at the device's own peaks, as a part of the time that it took.\n"
        "MOGRAPH_KERNELS=tile, lane or coop chooses the kernel family.\n",
    .options = options,
    .values_size = sizeof(struct bench_values),
    .run = run,
};
