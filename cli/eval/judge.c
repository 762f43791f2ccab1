// Finds the cached classifier of a data set, or trains one and caches it.
#include "cli/eval/judge.h"

#include "cli/media/paths.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_TEXT = 24 };

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

// What it was trained on: all that it is shown (FNV-1a).
static void make_key(const struct eval_set *training, char key[KEY_TEXT]) {
    uint64_t hash = UINT64_C(14695981039346656037);
    hash = hash_bytes(hash, training->reduced, training->count * classifier_input_bytes(&training->config));
    hash = hash_bytes(hash, training->classes, training->count * sizeof *training->classes);
    snprintf(key, KEY_TEXT, "%016" PRIx64, hash);
}

static void show(void *user, uint32_t done, uint32_t steps, float loss) {
    struct progress *bar = user;
    char note[32];
    snprintf(note, sizeof note, "loss %.4f", (double)loss);
    bar->total = steps;
    progress_update(bar, done, note);
}

static enum rt_status train(struct classifier *classifier, const struct eval_set *training,
                            const struct judge_options *options) {
    const struct classifier_clips clips = {training->count, training->reduced, training->classes};
    struct progress bar;
    const struct classifier_options how = {.steps = options->steps,
                                           .weight_decay = 1e-3f,
                                           .seed = options->seed,
                                           .progress = show,
                                           .user = &bar};
    progress_begin(&bar, "training the classifier", 1);
    enum rt_status status = classifier_train(classifier, &clips, &how);
    progress_clear(&bar);
    return status;
}

// Trains and caches. A cache that cannot be written is done without.
static bool make(struct classifier *classifier, const struct eval_set *training,
                 const struct judge_options *options, const char *path, const char *key,
                 struct cli_error *error) {
    if (!cli_check(error, train(classifier, training, options), "training the classifier"))
        return false;
    if (classifier_save(classifier, path, key) != RT_OK)
        cli_warn(error, "the classifier is not kept: the next evaluation trains it again");
    return true;
}

struct classifier *judge_open(struct op_library *library, const struct eval_set *training,
                              const struct judge_options *options, struct cli_error *error) {
    struct classifier *classifier = NULL;
    char path[PATH_CAPACITY], key[KEY_TEXT];
    bool found = false;
    if (!path_join(path, options->folder, "classifier.safetensors", error) ||
        !cli_check(error, classifier_create(library, &training->config, options->seed, &classifier),
                   "making the classifier"))
        return NULL;
    make_key(training, key);
    if (!options->again && classifier_load(classifier, path, key, &found) != RT_OK)
        cli_warn(error, "%s is broken and will be replaced", path);
    if (!found && !make(classifier, training, options, path, key, error))
        classifier_destroy(&classifier);
    return classifier;
}
