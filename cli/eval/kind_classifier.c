// Finds the classifier of a data set in a file, or trains one and keeps it.
#include "cli/eval/kind_classifier.h"

#include "cli/terminal.h"
#include "runtime/hash.h"
#include "runtime/system/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_TEXT = 24 };

// What it was trained on: all that it is shown (FNV-1a).
static void make_key(const struct eval_set *training, char key[KEY_TEXT]) {
    uint64_t hash = RT_HASH_START;
    hash =
        rt_hash_bytes(hash, training->reduced, training->count * classifier_input_bytes(&training->config));
    hash = rt_hash_bytes(hash, training->classes, training->count * sizeof *training->classes);
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
                            const struct kind_classifier_options *options) {
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

static bool make(struct classifier *classifier, const struct eval_set *training,
                 const struct kind_classifier_options *options, const char *key, struct cli_error *error) {
    if (!cli_check(error, train(classifier, training, options), "training the classifier"))
        return false;
    enum rt_status status = classifier_save(classifier, options->path, key);
    if (options->use == KIND_CLASSIFIER_WRITE)
        return cli_check(error, status, "writing %s", options->path);
    if (status != RT_OK)
        cli_warn(error, "the classifier is not kept: the next evaluation trains it again");
    return true;
}

static bool read_given(struct classifier *classifier, const char *path, const char *key,
                       struct cli_error *error) {
    bool found = false;
    if (!sys_may(path, SYS_MAY_READ))
        return cli_fail(error, path, "cannot open: %s", strerror(errno));
    return cli_check(error, classifier_load(classifier, path, key, &found), "reading %s", path) &&
           (found ||
            cli_fail(error, path,
                     "this is no classifier of these training clips: `mograph classifier train DATA -o "
                     "FILE` makes one"));
}

static bool take_or_make(struct classifier *classifier, const struct eval_set *training,
                         const struct kind_classifier_options *options, const char *key,
                         struct cli_error *error) {
    bool found = false;
    if (classifier_load(classifier, options->path, key, &found) != RT_OK)
        cli_warn(error, "%s is broken and will be replaced", options->path);
    return found || make(classifier, training, options, key, error);
}

bool kind_classifier_path(const char *data, char path[PATH_CAPACITY], struct cli_error *error) {
    return path_join(path, data, "classifier.safetensors", error);
}

struct classifier *kind_classifier_open(struct op_library *library, const struct eval_set *training,
                                        const struct kind_classifier_options *options,
                                        struct cli_error *error) {
    struct classifier *classifier = NULL;
    char key[KEY_TEXT];
    bool done = cli_check(error, classifier_create(library, &training->config, options->seed, &classifier),
                          "making the classifier");
    make_key(training, key);
    if (done && options->use == KIND_CLASSIFIER_READ)
        done = read_given(classifier, options->path, key, error);
    else if (done && options->use == KIND_CLASSIFIER_WRITE)
        done = make(classifier, training, options, key, error);
    else if (done)
        done = take_or_make(classifier, training, options, key, error);
    if (!done)
        classifier_destroy(&classifier);
    return classifier;
}
