// Trains the classifier of a data set and says how well it does on the validation clips.
#include "cli/eval/judge.h"

#include "cli/eval/data.h"
#include "cli/terminal.h"
#include "cli/train/clips.h"

#include <stdlib.h>

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

static bool report(const struct data_set *set, const struct parts *parts, struct classifier *classifier,
                   struct cli_error *error) {
    struct eval_set val = parts->sets[1];
    uint32_t right = 0;
    if (!eval_set_classify(&val, classifier, error))
        return false;
    for (uint32_t i = 0; i < val.count; i++)
        right += val.choices[i] == val.classes[i];
    printf("trained on %u clips of %u kinds", parts->sets[0].count, set->kind_count);
    if (val.count > 0)
        printf("; %u of %u validation clips (%.1f%%) are taken for what they are", right, val.count,
               100.0 * right / val.count);
    putchar('\n');
    return true;
}

static bool train(struct op_library *library, const struct data_set *set, const struct judge_options *options,
                  const struct parts *parts, struct cli_error *error) {
    struct classifier *classifier = judge_open(library, &parts->sets[0], options, error);
    bool done = classifier != NULL && report(set, parts, classifier, error);
    classifier_destroy(&classifier);
    return done;
}

bool judge_train(struct op_library *library, const struct data_set *set, const struct judge_options *options,
                 struct cli_error *error) {
    struct parts parts = {0};
    if (set->kind_count < 2)
        return cli_fail(error, NULL, "%s has one kind only (\"%s\"): a classifier needs two", options->folder,
                        set->kinds[0]);
    bool done = read_parts(set, &parts, error) && train(library, set, options, &parts, error);
    for (int val = 0; val < 2; val++) {
        train_clips_destroy(&parts.clips[val]);
        eval_set_destroy(&parts.sets[val]);
    }
    return done;
}
