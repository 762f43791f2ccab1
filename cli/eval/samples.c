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
static enum rt_status measure(const struct eval_model *model, const struct eval_data *data,
                              const struct points *points, struct eval_set *set) {
    uint32_t batch = generator_batch(model->generator);
    size_t bytes = generator_clip_bytes(model->generator);
    uint8_t *rgb = malloc(batch * bytes);
    struct progress bar;
    enum rt_status status = rgb != NULL ? RT_OK : eval_no_memory();
    progress_begin(&bar, "drawing samples", points->count);
    for (uint32_t first = 0; first < points->count && status == RT_OK; first += batch) {
        uint32_t count = points->count - first < batch ? points->count - first : batch;
        status = eval_points_decode(points, model, first, count, rgb);
        for (uint32_t i = 0; i < count && status == RT_OK; i++)
            status = eval_set_add(set, rgb + i * bytes, (first + i) / data->n);
        progress_update(&bar, first + count, NULL);
    }
    progress_clear(&bar);
    free(rgb);
    return status;
}

bool eval_samples(const struct eval_model *model, const struct eval_data *data, struct classifier *classifier,
                  const struct point_draw *how, struct eval_set *set) {
    struct points points = {0};
    uint32_t kinds = data->set.kind_count, count = kinds * data->n;
    bool done = eval_set_create(set, count, data->d, data->h, data->w, kinds) &&
                eval_points_create(&points, model, count);
    if (done) {
        draw(model, data, how, &points);
        done = measure(model, data, &points, set) == RT_OK && eval_set_classify(set, classifier) == RT_OK;
    }
    points_destroy(&points);
    return done;
}
