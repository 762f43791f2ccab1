// mograph train: from a data set to weights.
#include "cli/command.h"
#include "cli/device.h"
#include "cli/interrupt.h"
#include "cli/options/options_json.h"
#include "cli/train/data.h"
#include "cli/train/data_check.h"
#include "cli/train/decoder.h"
#include "cli/train/folder.h"
#include "cli/train/keep.h"
#include "cli/train/loop.h"
#include "cli/train/options.h"
#include "cli/train/particle_spec.h"
#include "model/train/checkpoint.h"
#include "runtime/align.h"
#include "runtime/system/folders.h"

#include <stdlib.h>
#include <string.h>

#define MEBI 1048576.0

// What one invocation holds.
struct training {
    struct train_values v;
    char init[PATH_CAPACITY], decoder[WEIGHTS_STYLE_TEXT];
    bool named;    // the command line says which data set it is
    bool changed;  // it is not what the run had
    cJSON *config; // keeps the texts that v points at
    struct train_data data;
    struct data_check check; // what the data consist of, and what the run says of them
    struct vae_config model;
    struct trainer_options options;
    struct cli_device device;
    struct run_folder folder;
};

// --- configuration

static bool read_config(struct training *t, const char *path, struct cli_error *error) {
    t->config = json_file_read(path, error);
    if (t->config == NULL)
        return false;
    data_check_take(&t->check, t->config);
    return options_from_json(train_options, t->config, t->v.given, &t->v, error) ||
           cli_error_prefix(error, path);
}

// A dry run writes nothing.
static bool open_folder(struct training *t, struct cli_error *error) {
    return run_folder_open(&t->folder, t->v.resume, error) &&
           (t->v.dry_run || run_folder_lock(&t->folder, error));
}

// Options of a run that goes on come from its folder, of a new one from --config.
static bool merge_config(struct training *t, struct cli_error *error) {
    char path[PATH_CAPACITY];
    if (t->v.resume != NULL && t->v.config != NULL)
        return cli_usage(error, "--resume brings its own configuration: leave out --config");
    if (t->v.resume == NULL)
        return t->v.config == NULL || read_config(t, t->v.config, error);
    return open_folder(t, error) && run_folder_file(&t->folder, "config.json", path, error) &&
           read_config(t, path, error);
}

static bool write_config(const struct training *t, struct cli_error *error) {
    static const char *const not_kept[] = {"resume", "config",  "out",   "dry-run",
                                           "device", "no-tune", "steps", NULL};
    cJSON *object = options_to_json(train_options, &t->v, not_kept);
    bool written = data_check_write(&t->check, &t->folder, object, error);
    cJSON_Delete(object);
    return written;
}

// --- data and model

// Names are kept whole, so that a run can go on from anywhere.
static bool open_data(struct training *t, const char *argument, struct cli_error *error) {
    if (argument != NULL)
        t->v.data = argument;
    if (t->v.data == NULL)
        return cli_usage(error, "give a data set's folder, or particles: for clips that are drawn");
    if (!train_data_open(&t->data, t->v.data, error))
        return false;
    t->v.data = t->data.name;
    train_choose_pace(&t->v, t->data.train->count);
    if (t->v.init != NULL && sys_real_path(t->v.init, t->init, sizeof t->init))
        t->v.init = t->init;
    return true;
}

// Clips whose sides cannot be halved as often as the model has stages: with what to do.
static bool fits_clips(const struct training *t, struct cli_error *error) {
    const struct vae_config *m = &t->model;
    bool fits = cli_check(error, vae_check(m) ? RT_OK : RT_ERROR_INVALID, "choosing the model");
    if (!fits && (m->d | m->h | m->w) % (1u << m->stages) != 0)
        train_data_advise(&t->data, vae_preset(train_preset_name(&t->v)), error);
    return fits;
}

// The preset for the clips that there are: their size, their kinds.
static bool choose_model(struct training *t, struct cli_error *error) {
    t->model = *vae_preset(train_preset_name(&t->v));
    if (t->v.top > 0)
        t->model.top = (uint32_t)t->v.top;
    vae_fit(&t->model, t->data.frames, t->data.height, t->data.width);
    t->model.classes = t->data.kind_count;
    t->model.sigma_floor = (float)t->v.sigma_floor;
    t->options = train_trainer_options(&t->v);
    train_data_options(&t->data, &t->options);
    return train_choose_decoder(&t->v, &t->model, t->decoder, error) && fits_clips(t, error);
}

// Where the device's memory is the host's own, drawn clips need theirs beside the model's.
static bool fits_beside(const struct training *t, const struct trainer_memory *m, struct cli_error *error) {
    enum rt_device_type type = rt_device_describe(t->device.device)->type;
    bool shared = type == RT_DEVICE_CPU || type == RT_DEVICE_INTEGRATED;
    uint64_t left = m->total < m->free ? m->free - m->total : 0;
    return !shared || t->data.host_bytes == 0 || t->data.host_bytes <= left ||
           cli_fail(error, NULL,
                    "training needs %.0f MiB and clips that are drawn %.0f MiB, but %.0f MiB are free: lower "
                    "clips or --batch",
                    (double)m->total / MEBI, (double)t->data.host_bytes / MEBI, (double)m->free / MEBI);
}

static bool dry_run(struct training *t, struct cli_error *error) {
    struct trainer_memory m;
    if (!cli_check(error, trainer_plan(t->device.library, &t->model, t->data.train, &t->options, &m),
                   "planning the memory"))
        return false;
    uint64_t steps = rt_div_up((uint64_t)t->v.epochs * t->data.train->count, t->options.batch);
    printf("%s on %u clips of %ux%ux%u in %u kinds, batch %u: %llu steps\n", train_preset_name(&t->v),
           t->data.train->count, t->model.w, t->model.h, t->model.d, t->model.classes, t->options.batch,
           (unsigned long long)steps);
    printf("parameters and optimiser  %8.1f MiB\nactivations               %8.1f MiB\n"
           "inputs and work           %8.1f MiB\nclips                     %8.1f MiB (%s)\n",
           (double)m.parameters / MEBI, (double)m.activations / MEBI, (double)m.inputs / MEBI,
           (double)m.clips / MEBI, m.streamed ? "streamed, some batches ahead" : "all of them");
    if (t->data.host_bytes > 0)
        printf("drawn clips, beside it    %8.1f MiB (%g%% of those for training are new in every epoch)\n",
               (double)t->data.host_bytes / MEBI, 100.0 * t->data.renew);
    printf("in all                    %8.1f MiB of %.1f MiB free\n", (double)m.total / MEBI,
           (double)m.free / MEBI);
    return (m.total <= m.free || cli_fail(error, NULL, "it does not fit on the device: lower --batch")) &&
           fits_beside(t, &m, error);
}

// --- the run

// Before the work: a folder that cannot be made, or that another run has, is told at once.
static bool claim_folder(struct training *t, struct cli_error *error) {
    char name[64];
    snprintf(name, sizeof name, "runs/%s", train_preset_name(&t->v));
    return t->v.resume != NULL || t->v.dry_run ||
           (run_folder_create(&t->folder, t->v.out != NULL ? t->v.out : name, error) &&
            train_data_beside(&t->data, &t->folder, error));
}

// All that will be read and is not read at once: validation clips, and training clips that are streamed.
static bool check_clips(const struct training *t, struct cli_error *error) {
    struct trainer_memory m;
    if (t->v.overfit)
        return true;
    return cli_check(error, trainer_plan(t->device.library, &t->model, t->data.train, &t->options, &m),
                     "planning the memory") &&
           fits_beside(t, &m, error) && train_data_check(&t->data, m.streamed, error);
}

// What has changed with the user's word is what the run has from now on.
static bool keep_data(struct training *t, struct cli_error *error) {
    const char *kept = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(t->config, "data"));
    bool moved = t->named && (kept == NULL || strcmp(kept, t->v.data) != 0);
    if (moved)
        cJSON_ReplaceItemInObjectCaseSensitive(t->config, "data", cJSON_CreateString(t->v.data));
    return !(t->changed || moved) || data_check_write(&t->check, &t->folder, t->config, error);
}

// A run that goes on does so with the data that it had; those were checked when it began.
static bool check_data(struct training *t, struct cli_error *error) {
    t->changed = true;
    bool taken =
        train_data_record(&t->data, &t->check.now, error) &&
        (t->v.resume == NULL || data_check_resume(&t->check, &t->folder, t->named, &t->changed, error)) &&
        (!t->changed || check_clips(t, error));
    if (taken && t->changed)
        train_data_warn(&t->data);
    return taken;
}

static bool begin_anew(const struct training *t, struct trainer *trainer, struct cli_error *error) {
    return t->v.init == NULL || train_init_weights(trainer, t->device.library, &t->data, t->v.init, error);
}

// The newest checkpoint that can be read: a disk that lost its last writes has the one before. A run that was
// killed before its first begins again.
static bool go_on(const struct training *t, struct trainer *trainer, struct cli_error *error) {
    char path[PATH_CAPACITY];
    int age = 0;
    for (; age < 2 && run_folder_find_checkpoint(&t->folder, age, path); age++) {
        if (checkpoint_load(trainer, path) == RT_OK)
            return true;
        cli_warn(error, "%s cannot be taken", path);
    }
    return age == 0 ? begin_anew(t, trainer, error)
                    : cli_fail(error, NULL,
                               "no checkpoint of %.400s can be read: begin again with --config "
                               "%.400s/config.json",
                               t->folder.path, t->folder.path);
}

static bool start(struct training *t, struct trainer *trainer, struct cli_error *error) {
    bool resumed = t->v.resume != NULL;
    // Weights first: what cannot be taken leaves no folder behind. Then config.json: with it a run can go on,
    // whenever it is killed.
    if (!resumed && (!begin_anew(t, trainer, error) || !write_config(t, error)))
        return false;
    t->folder.made = 0;
    return run_folder_fill(&t->folder, error) &&
           (!resumed || (go_on(t, trainer, error) && keep_data(t, error)));
}

static bool train(struct training *t, struct cli_error *error) {
    struct trainer *trainer = NULL;
    struct train_loop loop = {.values = &t->v, .folder = &t->folder, .data = &t->data, .model = &t->model};
    bool done =
        cli_check(error, trainer_create(t->device.library, &t->model, t->data.train, &t->options, &trainer),
                  "making the trainer");
    loop.trainer = trainer;
    done = done && start(t, trainer, error) && train_loop_run(&loop, error);
    trainer_destroy(&trainer);
    return done;
}

static bool train_model(struct training *t, const char *argument, struct cli_error *error) {
    bool begins = t->v.init != NULL && t->v.resume == NULL;
    if (!open_data(t, argument, error) || !choose_model(t, error) ||
        (begins && !train_init_check(t->v.init, error)) || !claim_folder(t, error) ||
        !cli_device_open(t->v.device, &t->device, error) || !cli_device_tune(&t->device, t->v.no_tune))
        return false;
    return t->v.dry_run ? dry_run(t, error) : check_data(t, error) && train(t, error);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct training t = {.v = *(const struct train_values *)values};
    const char *argument = arg_count > 0 ? args[0] : NULL;
    train_follow_defaults(&t.v);
    t.named = argument != NULL || t.v.data != NULL;
    bool done = merge_config(&t, error) && train_model(&t, argument, error);
    run_folder_abandon(&t.folder);
    cli_device_close(&t.device);
    data_record_destroy(&t.check.now);
    train_data_close(&t.data);
    cJSON_Delete(t.config);
    return done;
}

const struct command cmd_train = {
    .name = "train",
    .summary = "train a model on a data set",
    .text =
        "DATA is a folder with a folder of clips for each kind, or train/ and val/ with such folders; or\n"
        "particles: for clips that are drawn while it trains, particles:size=64x64x16,clips=500,phase=0.1.\n"
        "Writes RUN/config.json, data.txt, metrics.csv, samples/, checkpoints/, weights.safetensors and\n"
        "report.html. Ctrl-C finishes the step, writes a checkpoint and stops; --resume RUN goes on\n"
        "as if nothing had happened. It wants the clips that the run had: where some have changed, it says\n"
        "which; --data DATA goes on with them all the same. The kinds of a run cannot change.\n"
        "\n" PARTICLE_SPEC_HELP,
    .args = "[DATA]",
    .max_args = 1,
    .options = train_options,
    .values_size = sizeof(struct train_values),
    .given = offsetof(struct train_values, given),
    .run = run,
};
