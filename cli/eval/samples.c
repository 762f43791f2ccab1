// Draws and measures samples of every kind.
#include "cli/eval/samples.h"

#include "cli/terminal.h"

#include <stdlib.h>

static void draw(const struct eval_model *model, const struct eval_data *data, const struct point_draw *how,
                 struct points *points) {
    for (uint32_t i = 0; i < points->count; i++) {
        struct point_draw one = *how;
        one.seed += i % data->n;
        eval_points_draw(points, i, model, i / data->n, &one);
    }
}

// Batch by batch: only what figures need stays.
static bool measure(const struct eval_model *model, const struct eval_data *data, const struct points *points,
                    struct eval_set *set, struct cli_error *error) {
    uint32_t batch = generator_batch(model->generator);
    size_t bytes = generator_clip_bytes(model->generator);
    uint8_t *rgb = malloc(batch * bytes);
    struct progress bar;
    bool done = rgb != NULL || eval_no_memory(error);
    progress_begin(&bar, "drawing samples", points->count);
    for (uint32_t first = 0; first < points->count && done; first += batch) {
        uint32_t count = points->count - first < batch ? points->count - first : batch;
        done = eval_points_decode(points, model, first, count, rgb, error);
        for (uint32_t i = 0; i < count && done; i++)
            done = eval_set_add(set, rgb + i * bytes, (first + i) / data->n, error);
        progress_update(&bar, first + count, NULL);
    }
    progress_clear(&bar);
    free(rgb);
    return done;
}

bool eval_samples(const struct eval_model *model, const struct eval_data *data, struct classifier *classifier,
                  const struct point_draw *how, struct eval_set *set, struct cli_error *error) {
    struct points points = {0};
    uint32_t kinds = data->set.kind_count, count = kinds * data->n;
    bool done = eval_set_create(set, count, data->d, data->h, data->w, kinds, error) &&
                eval_points_create(&points, model, count, error);
    if (done) {
        draw(model, data, how, &points);
        done = measure(model, data, &points, set, error) && eval_set_classify(set, classifier, error);
    }
    points_destroy(&points);
    return done;
}
