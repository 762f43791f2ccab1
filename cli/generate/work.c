// Opens device and weights for the commands that generate, and reports the end as text or JSON.
#include "cli/generate/work.h"

#include "cli/generate/weights_path.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/options/options_text.h"
#include "cli/text.h"
#include "runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool learn_kinds(struct work *work, struct cli_error *error) {
    uint32_t count = weights_config(work->weights)->classes;
    work->kind_names = calloc(count, sizeof *work->kind_names);
    if (work->kind_names == NULL)
        return cli_no_memory(error, NULL);
    for (uint32_t i = 0; i < count; i++)
        work->kind_names[i] = weights_class_name(work->weights, i);
    work->kinds = (struct kinds){work->kind_names, count};
    return true;
}

static void init(struct work *work, const struct command *command, const void *values, char *const *args,
                 int arg_count) {
    *work = (struct work){.command = command,
                          .all_values = values,
                          .values = values,
                          .args = args,
                          .arg_count = arg_count,
                          .started = terminal_seconds()};
}

static bool open_file(struct work *work, struct cli_error *error) {
    return weights_path_find(work->values->weights, work->weights_path, error) &&
           cli_check(error, weights_open(work->weights_path, &work->weights), "opening %s",
                     work->weights_path) &&
           learn_kinds(work, error);
}

bool work_begin(struct work *work, const struct command *command, const void *values, char *const *args,
                int arg_count, struct cli_error *error) {
    init(work, command, values, args, arg_count);
    return open_file(work, error);
}

bool work_begin_embedded(struct work *work, const struct command *command, const void *values,
                         const struct work_embedded *embedded, struct cli_error *error) {
    init(work, command, values, NULL, 0);
    if (work->values->weights != NULL)
        return open_file(work, error);
    snprintf(work->weights_path, sizeof work->weights_path, "%s", embedded->name);
    return cli_check(error,
                     weights_open_memory(embedded->name, embedded->bytes, embedded->size, &work->weights),
                     "opening the weights in this program") &&
           learn_kinds(work, error);
}

bool work_start(struct work *work, uint32_t batch, struct cli_error *error) {
    const char *selector = work->values->device;
    interrupt_catch();
    bool open = work->values->quiet ? cli_device_open_quietly(selector, &work->device, error)
                                    : cli_device_open(selector, &work->device, error);
    return open && cli_device_tune(&work->device, work->values->no_tune) &&
           cli_check(error, generator_create(work->device.library, work->weights, batch, &work->generator),
                     "putting %s on the device", work->weights_path);
}

void work_close(struct work *work) {
    generator_destroy(&work->generator);
    cli_device_close(&work->device);
    weights_close(&work->weights);
    free(work->kind_names);
    work->kind_names = NULL;
}

size_t work_noise_count(const struct work *work) {
    return generator_space(work->generator)->count;
}

size_t work_classes(const struct work *work) {
    return work->kinds.count;
}

size_t work_clip_bytes(const struct work *work) {
    const struct vae_config *c = weights_config(work->weights);
    return (size_t)c->d * c->h * c->w * 3;
}

// --- progress

void work_progress(struct work *work, const char *what, uint64_t total) {
    progress_begin(&work->progress, what, total);
}

bool work_step(struct work *work, uint64_t done, struct cli_error *error) {
    if (!work->values->quiet)
        progress_update(&work->progress, done, NULL);
    if (!interrupt_requested())
        return true;
    cli_fail(error, NULL, "stopped; nothing was written");
    error->status = 128 + interrupt_signal();
    return false;
}

void work_progress_end(struct work *work) {
    if (!work->values->quiet)
        progress_clear(&work->progress);
}

// --- reports

// Options that do not change the picture, or say where things lie.
static const char *const not_told[] = {"out",     "device", "force", "quiet",   "json",
                                       "weights", "record", "stats", "no-tune", NULL};

static const char *weights_name(const struct work *work) {
    return path_base(work->weights_path);
}

void work_comment(const struct work *work, const char *what, char *text) {
    char command[CLIP_COMMENT_BYTES / 2];
    char start[64];
    command_words(work->command, start, sizeof start);
    options_to_text(start, work->command->options, work->all_values, work->values->given, not_told,
                    work->args, work->arg_count, command, sizeof command);
    snprintf(text, CLIP_COMMENT_BYTES,
             "made with mograph " MOGRAPH_VERSION ": %s; %.1000s; weights %.200s %s", command, what,
             weights_name(work), weights_hash(work->weights));
    text_make_line(text); // file names are bytes, comments are a line of UTF-8
}

cJSON *work_json(const struct work *work) {
    cJSON *root = cJSON_CreateObject(), *weights = cJSON_AddObjectToObject(root, "weights");
    cJSON_AddStringToObject(weights, "file", work->weights_path);
    cJSON_AddStringToObject(weights, "hash", weights_hash(work->weights));
    cJSON_AddStringToObject(root, "device", rt_device_describe(work->device.device)->name);
    return root;
}

bool work_report(struct work *work, cJSON *document, const char *line, struct cli_error *error) {
    double seconds = terminal_seconds() - work->started;
    if (work->values->json) {
        cJSON_AddNumberToObject(document, "seconds", seconds);
        return json_print_and_delete(document, error);
    }
    cJSON_Delete(document);
    if (!work->values->quiet)
        rt_log(RT_LOG_INFO, "%s, in %.1f s", line, seconds);
    return true;
}
