// mograph classifier train: trains what `mograph eval` tells kinds by, and says how well it does.
#include "cli/command.h"
#include "cli/dataset.h"
#include "cli/device.h"
#include "cli/eval/data.h"
#include "cli/eval/kind_classifier.h"
#include "cli/json.h"
#include "cli/media/output.h"
#include "cli/terminal.h"
#include "cli/text.h"

#include <stdlib.h>

struct classifier_values {
    const char *out, *device;
    int64_t steps, seed;
    bool force, json, no_tune;
};

#define FIELD(field) OPTION_FIELD(struct classifier_values, field)

static const struct option options[] = {
    {FIELD(out), .name = "out", .letter = 'o', .value = "FILE",
     .help = "where to write it (default: DATA/classifier.safetensors, in place of an old one)"},
    {FIELD(steps), .name = "steps", .value = "N", .initial = "200", .min = 1, .max = 1e6,
     .help = "steps of 16 clips"},
    {FIELD(seed), .name = "seed", .initial = "1", .min = 0, .max = 9e15,
     .help = "same seed, same classifier"},
    {OPTION_DEVICE(struct classifier_values, device)},
    {OPTION_NO_TUNE(struct classifier_values, no_tune)},
    {FIELD(force), .name = "force", .letter = 'f', .help = "replace a file that exists"},
    {OPTION_JSON(struct classifier_values, json)},
    {0}};

// The two parts of a data set, measured.
struct parts {
    struct train_clips clips[2]; // training, validation
    struct eval_set sets[2];
};

static bool measure(const struct clip_source *source, struct eval_set *set, const char *what,
                    struct cli_error *error) {
    uint8_t *rgb = malloc((size_t)source->d * source->h * source->w * 3);
    struct progress bar;
    bool done = rgb != NULL || eval_no_memory(error);
    progress_begin(&bar, what, source->count);
    for (uint32_t i = 0; i < source->count && done; i++) {
        done = eval_clip_read(source, i, rgb, error) && eval_set_add(set, rgb, source->classes[i], error);
        progress_update(&bar, i + 1, NULL);
    }
    progress_clear(&bar);
    free(rgb);
    return done;
}

static bool read_parts(const struct data_set *set, struct parts *parts, struct cli_error *error) {
    static const char *const names[2] = {"reading training clips", "reading validation clips"};
    uint32_t size[3];
    if (!train_clips_size(set, size, error))
        return false;
    for (int val = 0; val < 2; val++) {
        struct train_clips *clips = &parts->clips[val];
        if (!train_clips_init(clips, set, val == 1, size[0], size[1], size[2], error) ||
            !eval_set_create(&parts->sets[val], clips->source.count, size[0], size[1], size[2],
                             set->kind_count, error) ||
            !measure(&clips->source, &parts->sets[val], names[val], error))
            return false;
    }
    return true;
}

// --- what is said

static uint32_t count_right(const struct eval_set *val) {
    uint32_t right = 0;
    for (uint32_t i = 0; i < val->count; i++)
        right += val->choices[i] == val->classes[i];
    return right;
}

static bool print_json(const struct parts *parts, uint32_t kinds, const char *path, struct cli_error *error) {
    const struct eval_set *val = &parts->sets[1];
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "out", path);
    cJSON_AddNumberToObject(root, "kinds", kinds);
    cJSON_AddNumberToObject(root, "training_clips", parts->sets[0].count);
    cJSON_AddNumberToObject(root, "validation_clips", val->count);
    if (val->count > 0)
        cJSON_AddNumberToObject(root, "validation_accuracy", (double)count_right(val) / val->count);
    return json_print_and_delete(root, error);
}

static void print_line(const struct parts *parts, uint32_t kinds, const char *path) {
    const struct eval_set *val = &parts->sets[1];
    uint32_t right = count_right(val);
    printf("trained on %u clips of %u kinds", parts->sets[0].count, kinds);
    if (val->count > 0)
        printf("; %u of %u validation clips (%.1f%%) are taken for what they are", right, val->count,
               100.0 * right / val->count);
    char shown[PATH_CAPACITY];
    text_shown(path, shown, sizeof shown);
    printf("; in %s\n", shown);
}

// --- the work

// What one invocation holds.
struct training {
    const struct classifier_values *v;
    const char *data;
    char path[PATH_CAPACITY];
    struct data_set set;
    struct parts parts;
    struct cli_device device;
};

// Before the work: a file that cannot be written is told at once.
static bool choose_path(struct training *t, struct cli_error *error) {
    struct output output;
    bool own = t->v->out == NULL;
    if (own && !kind_classifier_path(t->data, t->path, error))
        return false;
    if (!own && snprintf(t->path, sizeof t->path, "%s", t->v->out) >= PATH_CAPACITY)
        return cli_fail(error, NULL, "-o: the path is too long");
    if (!output_begin(&output, t->path, false, own || t->v->force, error))
        return false;
    output_discard(&output);
    return true;
}

static bool open_data(struct training *t, struct cli_error *error) {
    if (!data_set_scan(&t->set, t->data, error) || !data_set_check(&t->set, t->data, error))
        return false;
    dataset_tell(&t->set, DATASET_TOLD, error);
    return t->set.kind_count > 1 ||
           cli_fail(error, NULL, "%s has one kind only (\"%s\"): a classifier needs two", t->data,
                    t->set.kinds[0]);
}

static bool train(struct training *t, struct cli_error *error) {
    const struct kind_classifier_options how = {.path = t->path,
                                                .use = KIND_CLASSIFIER_WRITE,
                                                .seed = (uint64_t)t->v->seed,
                                                .steps = (uint32_t)t->v->steps};
    struct classifier *classifier = kind_classifier_open(t->device.library, &t->parts.sets[0], &how, error);
    bool done = classifier != NULL && eval_set_classify(&t->parts.sets[1], classifier, error);
    if (done && t->v->json)
        done = print_json(&t->parts, t->set.kind_count, t->path, error);
    else if (done)
        print_line(&t->parts, t->set.kind_count, t->path);
    classifier_destroy(&classifier);
    return done;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct training t = {.v = values, .data = args[0]};
    (void)arg_count;
    bool done = open_data(&t, error) && choose_path(&t, error) &&
                cli_device_open(t.v->device, &t.device, error) && cli_device_tune(&t.device, t.v->no_tune) &&
                read_parts(&t.set, &t.parts, error) && train(&t, error);
    for (int val = 0; val < 2; val++) {
        train_clips_destroy(&t.parts.clips[val]);
        eval_set_destroy(&t.parts.sets[val]);
    }
    cli_device_close(&t.device);
    data_set_destroy(&t.set);
    return done;
}

const struct command cmd_classifier_train = {
    .name = "classifier train",
    .summary = "train what eval tells kinds by, and say how well it does",
    .text =
        "DATA is a data set as `mograph train` takes it, with two kinds or more. The training part teaches,\n"
        "the validation part is held out: the line says what part of it is taken for what it is.\n"
        "`mograph eval DATA` takes the classifier from DATA/classifier.safetensors, and trains it itself\n"
        "when none is there; `mograph eval DATA --classifier FILE` takes FILE.\n",
    .args = "DATA",
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .values_size = sizeof(struct classifier_values),
    .run = run,
};
