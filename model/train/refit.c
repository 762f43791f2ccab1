// Re-estimates BatchNorm's statistics and fits the density for averaged weights.
#include "model/train/refit.h"

#include "model/noise/density.h"
#include "model/noise/draw.h"
#include "model/sample/prior.h"

#include <stdlib.h>
#include <string.h>

// A batch on the host.
struct batch {
    uint32_t n, noise_count;
    uint8_t *rgb;
    uint32_t *clips, *classes;
    float *eps, *noise;
};

static enum rt_status batch_create(struct batch *batch, const struct evaluator *e,
                                   const struct clip_source *source) {
    *batch = (struct batch){.n = evaluator_batch(e), .noise_count = evaluator_noise_count(e)};
    batch->rgb = malloc(batch->n * clip_source_clip_bytes(source));
    batch->clips = malloc(batch->n * sizeof *batch->clips);
    batch->classes = malloc(batch->n * sizeof *batch->classes);
    batch->eps = malloc((size_t)batch->n * batch->noise_count * sizeof *batch->eps);
    batch->noise = malloc((size_t)batch->n * batch->noise_count * sizeof *batch->noise);
    bool made = batch->rgb != NULL && batch->clips != NULL && batch->classes != NULL && batch->eps != NULL &&
                batch->noise != NULL;
    return made ? RT_OK : rt_no_memory("a batch of clips");
}

static void batch_destroy(struct batch *batch) {
    free(batch->rgb);
    free(batch->clips);
    free(batch->classes);
    free(batch->eps);
    free(batch->noise);
}

// The clips that batch->clips names.
static enum rt_status read_batch(struct batch *batch, const struct clip_source *source, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        batch->classes[i] = source->classes[batch->clips[i]];
    return clip_source_read(source, batch->clips, count, batch->rgb) ? RT_OK : RT_ERROR_IO;
}

enum rt_status refit_statistics(struct evaluator *e, const struct parameters *from,
                                const struct clip_source *source, uint32_t batches, uint64_t seed) {
    struct batch batch;
    enum rt_status status = batch_create(&batch, e, source);
    if (status == RT_OK)
        status = evaluator_take(e, from);
    for (uint32_t b = 0; b < batches && status == RT_OK; b++) {
        for (uint32_t i = 0; i < batch.n; i++)
            batch.clips[i] = (uint32_t)(((uint64_t)draw_bits(seed, DRAW_REFIT, b, i) * source->count) >> 32);
        status = read_batch(&batch, source, batch.n);
        draw_normal(seed, DRAW_REFIT_NOISE, b, batch.eps, batch.n * batch.noise_count);
        struct evaluator_clips clips = {batch.n, batch.rgb, batch.classes};
        if (status == RT_OK)
            status = evaluator_estimate(e, &clips, batch.eps);
    }
    batch_destroy(&batch);
    return status;
}

// The top noise of every clip, [source->count][top].
static enum rt_status encode_all(struct evaluator *e, const struct clip_source *source, uint64_t seed,
                                 struct batch *batch, float *top) {
    uint32_t dim = evaluator_config(e)->top, levels = evaluator_level_count(e);
    enum rt_status status = RT_OK;
    for (uint32_t first = 0; first < source->count && status == RT_OK; first += batch->n) {
        uint32_t count = source->count - first < batch->n ? source->count - first : batch->n;
        for (uint32_t i = 0; i < count; i++)
            batch->clips[i] = first + i;
        status = read_batch(batch, source, count);
        draw_normal(seed, DRAW_REFIT_NOISE, first, batch->eps, count * batch->noise_count);
        struct evaluator_clips clips = {count, batch->rgb, batch->classes};
        struct evaluation out = {.noise = batch->noise};
        if (status == RT_OK)
            status = evaluator_encode(e, &clips, batch->eps, levels, &out);
        for (uint32_t i = 0; i < count && status == RT_OK; i++)
            memcpy(top + (size_t)(first + i) * dim, batch->noise + (size_t)i * batch->noise_count,
                   dim * sizeof *top);
    }
    return status;
}

enum rt_status refit_find_density(const struct evaluator *e, bool *found) {
    struct prior prior;
    enum rt_status status = prior_create(&prior, evaluator_shapes(e));
    if (status == RT_OK)
        status = prior_load(&prior, e);
    *found = status == RT_OK;
    for (uint32_t class = 0; *found && class < prior.density.classes; ++class)
        *found = density_is_fitted(&prior.density, class);
    prior_destroy(&prior);
    return status;
}

enum rt_status refit_density(struct evaluator *e, const struct clip_source *source, uint64_t seed) {
    const struct vae_config *c = evaluator_config(e);
    struct batch batch;
    struct density fitted;
    float *top = malloc((size_t)source->count * c->top * sizeof *top);
    enum rt_status status = batch_create(&batch, e, source);
    bool made = density_create(&fitted, c->classes, c->top) && top != NULL;
    if (status == RT_OK && !made)
        status = rt_no_memory("fitting a density");
    if (status == RT_OK)
        status = encode_all(e, source, seed, &batch, top);
    if (status == RT_OK)
        status = density_fit(&fitted, top, source->classes, source->count);
    if (status == RT_OK)
        status = prior_store(e, &fitted);
    batch_destroy(&batch);
    density_destroy(&fitted);
    free(top);
    return status;
}
