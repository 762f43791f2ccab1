// mograph eval: how good a model's pictures are, in figures, each beside its floor.
#include "cli/command.h"
#include "cli/dataset.h"
#include "cli/device.h"
#include "cli/eval/comparison.h"
#include "cli/eval/eval_page.h"
#include "cli/eval/kind_classifier.h"
#include "cli/eval/results_json.h"
#include "cli/eval/samples.h"
#include "cli/eval/sheets.h"
#include "cli/eval/tables.h"
#include "cli/generate/weights_path.h"
#include "cli/json.h"
#include "cli/media/output.h"
#include "cli/text.h"
#include "cli/train/validate.h"
#include "model/files/safetensors.h"
#include "runtime/device.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct eval_values {
    const char *weights, *out, *device, *classifier;
    int64_t n, seed;
    double temperature, fine;
    bool json, markdown, table, no_tune;
};

#define FIELD(field) OPTION_FIELD(struct eval_values, field)

static const struct option options[] = {
    {FIELD(weights), .name = "weights", .letter = 'w', .value = "W",
     .help = "a weights file, a run's folder, or the name of weights that ship (default: particles-small)"},
    {FIELD(n), .name = "n", .value = "N", .initial = "0", .min = 0, .max = 10000,
     .help = "clips of each kind; 0: as many as both parts of the data set have, at most 30"},
    {FIELD(temperature), .name = "temperature", .value = "T", .initial = "1", .min = 0, .max = 10,
     .help = "multiplies the noise that samples are drawn from"},
    {FIELD(fine), .name = "fine", .value = "T", .initial = "1", .min = 0, .max = 10,
     .help = "multiplies the finer levels' noise once more; 0: the likeliest picture of the top latent"},
    {FIELD(seed), .name = "seed", .initial = "1", .min = 0, .max = 9e15, .help = "same seed, same figures"},
    {FIELD(out), .name = "out", .letter = 'o', .value = "DIR",
     .help = "also write eval.html, eval.json and contact sheets there, in place of old ones"},
    {FIELD(classifier), .name = "classifier", .value = "FILE",
     .help = "what tells kinds apart, of `mograph classifier train` (default: DATA/classifier.safetensors, "
             "trained first where there is none)"},
    {FIELD(table), .name = "table",
     .help = "put results beside each other instead: the arguments are files of --json, or folders of -o"},
    {FIELD(markdown), .name = "markdown", .help = "print tables as Markdown"},
    {OPTION_DEVICE(struct eval_values, device)},
    {OPTION_NO_TUNE(struct eval_values, no_tune)},
    {OPTION_JSON(struct eval_values, json)},
    {0}};

// What one evaluation holds.
struct evaluation_run {
    const struct eval_values *v;
    const char *folder;
    char weights[PATH_CAPACITY];
    struct judging_set judged;
    struct eval_data data;
    struct cli_device device;
    struct eval_model model;
    struct classifier *classifier;
    struct eval_set samples;
    struct points kind_keys, clip_keys; // ends of morphs
    struct eval_results results;
};

static void describe(struct evaluation_run *e) {
    struct eval_results *r = &e->results;
    struct evaluator *evaluator = generator_evaluator(e->model.generator);
    *r = (struct eval_results){.data = e->folder,
                               .weights = e->weights,
                               .hash = weights_hash(e->model.weights),
                               .judged = e->judged,
                               .device = rt_device_describe(e->device.device)->name,
                               .drawing = {.seed = (uint64_t)e->v->seed,
                                           .temperature = (float)e->v->temperature,
                                           .fine = (float)e->v->fine},
                               .n = e->data.n,
                               .kind_count = e->data.set.kind_count,
                               .kinds = e->data.set.kinds,
                               .training_clips = e->data.train.source.count,
                               .validation_clips = e->data.val.source.count,
                               .level_count = evaluator_level_count(evaluator)};
    for (uint32_t i = 0; i < r->level_count; i++) {
        const struct vae_level *level = evaluator_level(evaluator, i);
        r->units[i] = level->d * level->h * level->w * level->c_used;
    }
}

// Before the clips are read; whether it is one of theirs shows behind that.
static bool check_classifier(const char *path, struct cli_error *error) {
    struct safetensors *file = NULL;
    if (path != NULL && !sys_may(path, SYS_MAY_READ))
        return cli_fail(error, path, "cannot open: %s", strerror(errno));
    bool opened = path == NULL || cli_check(error, safetensors_open(path, &file), "reading %s", path);
    safetensors_close(&file);
    return opened;
}

static bool tell_data(const struct evaluation_run *e, struct cli_error *error) {
    dataset_tell(&e->data.set, DATASET_TOLD, error);
    return true;
}

static bool open_all(struct evaluation_run *e, struct cli_error *error) {
    return weights_path_find(e->v->weights, e->weights, error) && check_classifier(e->v->classifier, error) &&
           eval_data_open(&e->data, e->folder, (uint32_t)e->v->n, error) && tell_data(e, error) &&
           judging_set_name(&e->judged, &e->data.set, e->folder, error) &&
           cli_device_open(e->v->device, &e->device, error) && cli_device_tune(&e->device, e->v->no_tune) &&
           eval_model_open(&e->model, e->device.library, e->weights, &e->data, error);
}

static bool measure_real(struct evaluation_run *e, struct cli_error *error) {
    char own[PATH_CAPACITY];
    bool given = e->v->classifier != NULL;
    if (!kind_classifier_path(e->folder, own, error) ||
        !eval_data_measure(&e->data, (uint64_t)e->v->seed, error))
        return false;
    const struct kind_classifier_options how = {.path = given ? e->v->classifier : own,
                                                .use = given ? KIND_CLASSIFIER_READ : KIND_CLASSIFIER_CACHE,
                                                .seed = 1};
    e->classifier = kind_classifier_open(e->device.library, &e->data.training, &how, error);
    return e->classifier != NULL && eval_data_classify(&e->data, e->classifier, error);
}

static bool measure_reconstruction(struct evaluation_run *e, struct cli_error *error) {
    struct eval_results *r = &e->results;
    r->black_psnr = reconstruction_psnr(&e->data.black);
    r->black_foreground_psnr = reconstruction_foreground_psnr(&e->data.black);
    r->black_ssim = reconstruction_ssim(&e->data.black);
    return validate_clips(generator_evaluator(e->model.generator), &e->model.val, &r->reconstruction, error);
}

static bool measure_morphs(struct evaluation_run *e, struct cli_error *error) {
    struct eval_results *r = &e->results;
    return eval_keys_of_kinds(&e->model, &e->data, &r->drawing, &e->kind_keys, error) &&
           eval_morphs(&e->model, &e->data, e->classifier, &e->kind_keys, "morphing kinds", &r->kind_morphs,
                       error) &&
           eval_keys_of_clips(&e->model, &e->data, &e->clip_keys, error) &&
           eval_morphs(&e->model, &e->data, e->classifier, &e->clip_keys, "morphing clips", &r->clip_morphs,
                       error);
}

// --- what is written

// Before the work: a folder that cannot be is told at once.
static bool make_folder(const char *path, struct cli_error *error) {
    return path == NULL || sys_make_folder(path) || (errno == EEXIST && path_is_folder(path)) ||
           cli_fail(error, path, "%s", strerror(errno));
}

// Every file of the folder can take its name.
static bool check_folder(const char *folder, struct cli_error *error) {
    static const char *const others[] = {"eval.html", "eval.json"};
    if (folder == NULL)
        return true;
    for (int i = 0; i < SHEET_COUNT + 2; i++) {
        struct output output;
        char path[PATH_CAPACITY];
        if (!path_join(path, folder, i < SHEET_COUNT ? eval_sheet_table[i].file : others[i - SHEET_COUNT],
                       error) ||
            !output_begin(&output, path, false, true, error))
            return false;
        output_discard(&output);
    }
    return true;
}

// As --json prints it, with the end of its last line. The caller frees; NULL when memory is out.
static char *results_text(const struct eval_results *results) {
    cJSON *object = eval_results_json(results);
    char *text = cJSON_Print(object);
    size_t length = text != NULL ? strlen(text) : 0;
    char *line = malloc(length + 2);
    if (line != NULL && text != NULL) {
        text_make_utf8(text);
        snprintf(line, length + 2, "%s\n", text);
    }
    bool done = line != NULL && text != NULL;
    cJSON_Delete(object);
    cJSON_free(text);
    if (!done)
        free(line);
    return done ? line : NULL;
}

static bool write_json(const struct evaluation_run *e, struct cli_error *error) {
    char path[PATH_CAPACITY], *text = results_text(&e->results);
    bool written = (text != NULL || cli_no_memory(error, NULL)) &&
                   path_join(path, e->v->out, "eval.json", error) &&
                   output_file(path, text, strlen(text), true, error);
    free(text);
    return written;
}

static bool write_folder(const struct evaluation_run *e, struct cli_error *error) {
    const struct eval_sheets sheets = {.model = &e->model,
                                       .data = &e->data,
                                       .samples = &e->samples,
                                       .how = &e->results.drawing,
                                       .kind_keys = &e->kind_keys,
                                       .clip_keys = &e->clip_keys};
    return e->v->out == NULL || (eval_sheets_write(&sheets, e->v->out, error) && write_json(e, error) &&
                                 eval_page_write(&e->results, e->v->out, error));
}

static void print_table(const struct table *table, bool markdown) {
    if (markdown)
        table_print_markdown(table, stdout);
    else
        table_print(table, stdout);
}

static bool print_tables(const struct eval_results *results, bool markdown, struct cli_error *error) {
    bool made = true;
    printf("Judged by %s (%s), %u clips of each kind\n\n", results->judged.name, results->judged.hash,
           results->n);
    for (int which = 0; which < TABLE_COUNT && made; which++) {
        struct table table;
        made = eval_table_make(results, (enum eval_table)which, &table, error);
        if (made)
            print_table(&table, markdown);
        table_destroy(&table);
    }
    return made;
}

static bool evaluate(struct evaluation_run *e, struct cli_error *error) {
    if (!open_all(e, error) || !make_folder(e->v->out, error) || !check_folder(e->v->out, error))
        return false;
    describe(e);
    if (!measure_real(e, error) || !measure_reconstruction(e, error) ||
        !eval_samples(&e->model, &e->data, e->classifier, &e->results.drawing, &e->samples, error) ||
        !eval_results_compare(&e->results, &e->data, &e->samples, error) || !measure_morphs(e, error) ||
        !write_folder(e, error))
        return false;
    return e->v->json ? json_print_and_delete(eval_results_json(&e->results), error)
                      : print_tables(&e->results, e->v->markdown, error);
}

static bool judge(const struct eval_values *v, const char *folder, struct cli_error *error) {
    struct evaluation_run e = {.v = v, .folder = folder};
    bool done = evaluate(&e, error);
    eval_results_destroy(&e.results);
    eval_set_destroy(&e.samples);
    points_destroy(&e.kind_keys);
    points_destroy(&e.clip_keys);
    classifier_destroy(&e.classifier);
    eval_model_close(&e.model);
    cli_device_close(&e.device);
    eval_data_destroy(&e.data);
    return done;
}

// --- results of before

static bool print_comparison(const struct comparison *comparison, bool markdown, struct cli_error *error) {
    char title[400];
    bool made = true;
    comparison_title(comparison, title, sizeof title);
    printf("Judged by %s\n\n", title);
    for (int which = 0; which < COMPARISON_COUNT && made; which++) {
        struct table table;
        made = comparison_table_make(comparison, (enum comparison_table)which, &table, error);
        if (made)
            print_table(&table, markdown);
        table_destroy(&table);
    }
    return made;
}

static bool compare(const struct eval_values *v, char **args, int arg_count, struct cli_error *error) {
    struct comparison comparison = {.count = 0};
    if (v->weights != NULL || v->out != NULL || v->classifier != NULL || v->n > 0)
        return cli_usage(error,
                         "--table reads what was judged before: it takes no -w, -n, -o or --classifier");
    bool done = comparison_read(&comparison, args, (unsigned)arg_count, error) &&
                (v->json ? json_print_and_delete(comparison_json(&comparison), error)
                         : print_comparison(&comparison, v->markdown, error));
    comparison_destroy(&comparison);
    return done;
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct eval_values *v = values;
    if (v->json && v->markdown)
        return cli_usage(error, "--json or --markdown, not both");
    if (v->table)
        return compare(v, args, arg_count, error);
    return arg_count == 1
               ? judge(v, args[0], error)
               : cli_usage(error, "one data set at a time; --table puts results beside each other");
}

const struct command cmd_eval = {
    .name = "eval",
    .summary = "say in figures how good a model's pictures are",
    .text =
        "DATA is a data set with train/ and val/. Reconstructions are of its validation part. Samples, real\n"
        "clips of the validation part, and the same with shuffled frames or blurred are each compared with\n"
        "as many training clips: what real clips reach is the best a model can, the other two show how\n"
        "each figure reacts. Features are those of a classifier that is trained on the training part once\n"
        "and kept as DATA/classifier.safetensors; `mograph classifier train` trains it by itself.\n"
        "Figures say which set they are of: what it was drawn by or its name, and a hash of its clips.\n"
        "`mograph eval --table NEW OLD` puts weights side by side that were judged by one set.\n",
    .args = "DATA | --table RESULTS...",
    .min_args = 1,
    .max_args = CLI_ANY_COUNT,
    .options = options,
    .values_size = sizeof(struct eval_values),
    .run = run,
};
