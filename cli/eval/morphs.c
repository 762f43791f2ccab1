// Measures the ways between points: how even their steps are, beside a cross-fade of the same two clips.
#include "cli/eval/morphs.h"

#include "cli/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = MORPH_STEPS + 1, MIDDLE = MORPH_STEPS }; // the steps from end to end, and t = 1/2

// --- ends

static uint32_t key_count(const struct eval_data *data) {
    return data->set.kind_count < MORPH_MOST_KEYS ? data->set.kind_count : MORPH_MOST_KEYS;
}

bool eval_keys_of_kinds(const struct eval_model *model, const struct eval_data *data,
                        const struct point_draw *how, struct points *keys, struct cli_error *error) {
    if (!eval_points_create(keys, model, key_count(data), error))
        return false;
    for (uint32_t kind = 0; kind < keys->count; kind++)
        eval_points_draw(keys, kind, model, kind, how);
    return true;
}

bool eval_keys_of_clips(const struct eval_model *model, const struct eval_data *data, struct points *keys,
                        struct cli_error *error) {
    const struct clip_source *source = &data->val.source;
    uint8_t *rgb = malloc(generator_clip_bytes(model->generator));
    bool done =
        (rgb != NULL || eval_no_memory(error)) && eval_points_create(keys, model, key_count(data), error);
    for (uint32_t kind = 0; kind < keys->count && done; kind++)
        done = eval_clip_read(source, data->picked[kind * data->n], rgb, error) &&
               eval_points_encode(keys, kind, model, kind, rgb, error);
    free(rgb);
    return done;
}

// --- one way

void eval_fade(const uint8_t *a, const uint8_t *b, size_t bytes, float t, uint8_t *out) {
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)lrintf((1.0f - t) * (float)a[i] + t * (float)b[i]);
}

static float time_of(uint32_t point) {
    return point == MIDDLE ? 0.5f : (float)point / (MORPH_STEPS - 1);
}

// Pictures and features of the points of a way, in a set of POINTS clips.
static bool conclude(struct eval_set *set, struct classifier *classifier, struct morph_way *way,
                     struct cli_error *error) {
    const struct picture *first = &set->pictures[0], *last = &set->pictures[MORPH_STEPS - 1],
                         *middle = &set->pictures[MIDDLE];
    struct path path = {(double)NAN, (double)NAN, (double)NAN};
    bool done = eval_set_classify(set, classifier, error);
    const struct features steps = {.x = set->features, .n = MORPH_STEPS, .dim = CLASSIFIER_FEATURES};
    done = done && cli_check(error, distribution_path(steps, &path), "measuring a morph");
    *way = (struct morph_way){.peak = 2.0 * middle->peak / (first->peak + last->peak),
                              .sharpness = 2.0 * middle->laplacian / (first->laplacian + last->laplacian),
                              .largest_over_mean = path.largest_over_mean,
                              .path_length = path.perceptual};
    return done;
}

static bool measure_morph(const uint8_t *rgb, size_t bytes, struct eval_set *set, struct cli_error *error) {
    bool done = true;
    set->count = 0;
    for (uint32_t i = 0; i < POINTS && done; i++)
        done = eval_set_add(set, rgb + i * bytes, 0, error);
    return done;
}

static bool measure_fade(const uint8_t *rgb, size_t bytes, uint8_t *room, struct eval_set *set,
                         struct cli_error *error) {
    bool done = true;
    set->count = 0;
    for (uint32_t i = 0; i < POINTS && done; i++) {
        eval_fade(rgb, rgb + (MORPH_STEPS - 1) * bytes, bytes, time_of(i), room);
        done = eval_set_add(set, room, 0, error);
    }
    return done;
}

// What a way needs while it is walked.
struct walk {
    const struct eval_model *model;
    struct classifier *classifier;
    struct points points;
    struct eval_set set;
    uint8_t *rgb; // [POINTS + 1] clips, the last one for a cross-fade
    size_t bytes;
};

static bool walk_one(struct walk *w, const struct points *keys, uint32_t from, struct morph_way *morph,
                     struct morph_way *fade, struct cli_error *error) {
    for (uint32_t i = 0; i < POINTS; i++)
        points_mix(&w->points, i, keys, from, (from + 1) % keys->count, time_of(i));
    return eval_points_decode(&w->points, w->model, 0, POINTS, w->rgb, error) &&
           measure_morph(w->rgb, w->bytes, &w->set, error) &&
           conclude(&w->set, w->classifier, morph, error) &&
           measure_fade(w->rgb, w->bytes, w->rgb + POINTS * w->bytes, &w->set, error) &&
           conclude(&w->set, w->classifier, fade, error);
}

// --- the ring

static double mean_of(const struct morph_way *ways, uint32_t count, size_t offset) {
    double sum = 0.0;
    uint32_t said = 0;
    for (uint32_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&ways[i] + offset, sizeof value);
        if (isfinite(value)) {
            sum += value;
            said++;
        }
    }
    return said > 0 ? sum / said : (double)NAN;
}

static struct morph_way mean_way(const struct morph_way *ways, uint32_t count) {
    return (struct morph_way){.peak = mean_of(ways, count, offsetof(struct morph_way, peak)),
                              .sharpness = mean_of(ways, count, offsetof(struct morph_way, sharpness)),
                              .largest_over_mean =
                                  mean_of(ways, count, offsetof(struct morph_way, largest_over_mean)),
                              .path_length = mean_of(ways, count, offsetof(struct morph_way, path_length))};
}

static bool walk_ring(struct walk *w, const struct points *keys, const char *what, struct eval_morph *out,
                      struct cli_error *error) {
    struct morph_way morphs[MORPH_MOST_KEYS], fades[MORPH_MOST_KEYS];
    struct progress bar;
    bool done = true;
    progress_begin(&bar, what, keys->count);
    for (uint32_t i = 0; i < keys->count && done; i++) {
        done = walk_one(w, keys, i, &morphs[i], &fades[i], error);
        progress_update(&bar, i + 1, NULL);
    }
    progress_clear(&bar);
    if (done)
        *out = (struct eval_morph){.pairs = keys->count,
                                   .morph = mean_way(morphs, keys->count),
                                   .fade = mean_way(fades, keys->count)};
    return done;
}

bool eval_morphs(const struct eval_model *model, const struct eval_data *data, struct classifier *classifier,
                 const struct points *keys, const char *what, struct eval_morph *out,
                 struct cli_error *error) {
    struct walk w = {
        .model = model, .classifier = classifier, .bytes = generator_clip_bytes(model->generator)};
    w.rgb = malloc((POINTS + 1) * w.bytes);
    bool done = (w.rgb != NULL || eval_no_memory(error)) &&
                eval_points_create(&w.points, model, POINTS, error) &&
                eval_set_create(&w.set, POINTS, data->d, data->h, data->w, data->set.kind_count, error) &&
                walk_ring(&w, keys, what, out, error);
    points_destroy(&w.points);
    eval_set_destroy(&w.set);
    free(w.rgb);
    return done;
}
