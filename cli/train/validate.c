// Computes the validation figures of a model in batches.
#include "cli/train/validate.h"

#include "cli/check.h"
#include "model/metrics/reconstruction.h"
#include "model/noise/draw.h"
#include "model/sample/evaluator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Room for one batch, and what is summed over all of them.
struct work {
    struct evaluator *evaluator;
    const struct clip_source *source;
    uint32_t n, levels, noise_count;
    uint8_t *rgb;
    uint32_t *clips, *classes;
    float *eps, *output, *nll, *kl;
    float *mean; // of every clip: [source->count][noise_count]
    struct reconstruction sums;
    double nll_sum, kl_sum[VAE_MAX_STAGES + 1];
};

static size_t clip_numbers(const struct clip_source *source) {
    return (size_t)source->d * source->h * source->w * 3;
}

static bool work_create(struct work *w) {
    size_t n = w->n, voxels = clip_numbers(w->source) / 3;
    w->rgb = malloc(n * voxels * 3);
    w->clips = malloc(n * sizeof *w->clips);
    w->classes = malloc(n * sizeof *w->classes);
    w->eps = malloc(n * w->noise_count * sizeof *w->eps);
    w->output = malloc(n * voxels * 4 * sizeof *w->output);
    w->nll = malloc(n * sizeof *w->nll);
    w->kl = malloc(n * w->levels * sizeof *w->kl);
    w->mean = malloc((size_t)w->source->count * w->noise_count * sizeof *w->mean);
    return w->rgb != NULL && w->clips != NULL && w->classes != NULL && w->eps != NULL && w->output != NULL &&
           w->nll != NULL && w->kl != NULL && w->mean != NULL;
}

static void work_destroy(struct work *w) {
    free(w->rgb);
    free(w->clips);
    free(w->classes);
    free(w->eps);
    free(w->output);
    free(w->nll);
    free(w->kl);
    free(w->mean);
}

static bool read_batch(struct work *w, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        w->clips[i] = first + i;
        w->classes[i] = w->source->classes[first + i];
    }
    return clip_source_read(w->source, w->clips, count, w->rgb);
}

// Two passes: the mean for the pictures, a sample for the bound.
static enum rt_status run_batch(struct work *w, uint32_t first, uint32_t count) {
    const struct evaluator_clips clips = {count, w->rgb, w->classes};
    const struct evaluation pictures = {.output = w->output,
                                        .mean = w->mean + (size_t)first * w->noise_count};
    const struct evaluation bound = {.nll = w->nll, .kl = w->kl};
    draw_normal(0, DRAW_REFIT_NOISE, first, w->eps, count * w->noise_count);
    enum rt_status status = evaluator_encode(w->evaluator, &clips, NULL, w->levels, &pictures);
    return status == RT_OK ? evaluator_encode(w->evaluator, &clips, w->eps, w->levels, &bound) : status;
}

static enum rt_status add_batch(struct work *w, uint32_t count) {
    const struct clip_source *s = w->source;
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i++) {
        const struct clip_view real = {
            .u8 = w->rgb + i * clip_numbers(s), .d = s->d, .h = s->h, .w = s->w, .stride = 3};
        const struct clip_view made = {
            .f32 = w->output + i * clip_numbers(s) / 3 * 4, .d = s->d, .h = s->h, .w = s->w, .stride = 4};
        status = reconstruction_add(&w->sums, &real, &made);
        w->nll_sum += (double)w->nll[i];
        for (uint32_t l = 0; l < w->levels; l++)
            w->kl_sum[l] += (double)w->kl[i * w->levels + l];
    }
    return status;
}

static void conclude(const struct work *w, struct validation *v) {
    double clips = w->source->count, kl = 0.0;
    uint32_t offset = 0;
    *v = (struct validation){.done = true,
                             .psnr = (float)reconstruction_psnr(&w->sums),
                             .foreground_psnr = (float)reconstruction_foreground_psnr(&w->sums),
                             .ssim = (float)reconstruction_ssim(&w->sums)};
    for (uint32_t l = 0; l < w->levels; l++) {
        const struct vae_level *level = evaluator_level(w->evaluator, l);
        uint32_t count = level->d * level->h * level->w * level->c_used;
        v->kl[l] = (float)(w->kl_sum[l] / clips);
        kl += w->kl_sum[l];
        v->active_units[l] =
            reconstruction_active_units(w->mean + offset, w->source->count, w->noise_count, count);
        offset += count;
    }
    v->bits_per_dimension = (float)reconstruction_bits_per_dimension(w->nll_sum / clips, kl / clips,
                                                                     (double)clip_numbers(w->source));
}

bool validate_clips(struct evaluator *evaluator, const struct clip_source *source,
                    struct validation *validation, struct cli_error *error) {
    struct work w = {.evaluator = evaluator,
                     .source = source,
                     .n = evaluator_batch(evaluator),
                     .levels = evaluator_level_count(evaluator),
                     .noise_count = evaluator_noise_count(evaluator)};
    *validation = (struct validation){.done = false};
    if (w.source->count == 0)
        return true;
    enum rt_status status = work_create(&w) ? RT_OK : RT_ERROR_OUT_OF_MEMORY;
    for (uint32_t first = 0; first < w.source->count && status == RT_OK; first += w.n) {
        uint32_t count = w.source->count - first < w.n ? w.source->count - first : w.n;
        status = read_batch(&w, first, count) ? run_batch(&w, first, count) : RT_ERROR_IO;
        if (status == RT_OK)
            status = add_batch(&w, count);
    }
    if (status == RT_OK)
        conclude(&w, validation);
    work_destroy(&w);
    return cli_check(error, status, "validation failed");
}

bool train_validate(const struct train_loop *loop, struct validation *validation, struct cli_error *error) {
    return validate_clips(trainer_evaluator(loop->trainer), loop->data->val, validation, error);
}
