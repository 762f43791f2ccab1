// Holds many points of the noise space: fills them from sources, decodes them, saves them.
#include "cli/generate/points.h"

#include "cli/data/import.h"
#include "cli/media/output.h"
#include "model/sample/z_file.h"

#include <stdlib.h>

bool points_create(struct points *points, const struct work *work, uint32_t count) {
    points->count = count;
    points->noise = calloc(count, work_noise_count(work) * sizeof *points->noise);
    points->classes = calloc(count, work_classes(work) * sizeof *points->classes);
    if (points->noise == NULL || points->classes == NULL)
        cli_fail("out of memory for %u points", count);
    return points->noise != NULL && points->classes != NULL;
}

void points_destroy(struct points *points) {
    free(points->noise);
    free(points->classes);
    *points = (struct points){0};
}

float *points_noise(const struct points *points, const struct work *work, uint32_t i) {
    return points->noise + i * work_noise_count(work);
}

float *points_classes(const struct points *points, const struct work *work, uint32_t i) {
    return points->classes + i * work_classes(work);
}

// --- from sources

void points_draw_blend(const struct points *points, const struct work *work, uint32_t i, uint64_t seed,
                       const struct points_draw *draw) {
    const struct generator_draw how = {.seed = seed,
                                       .temperature = (float)draw->temperature,
                                       .fine = (float)draw->fine,
                                       .weights = points_classes(points, work, i)};
    generator_draw(work->generator, &how, points_noise(points, work, i));
}

uint32_t points_draw_one(const struct points *points, const struct work *work, uint32_t i, uint64_t seed,
                         uint32_t kind, const struct points_draw *draw) {
    if (kind == UINT32_MAX)
        kind = generator_draw_class(work->generator, seed);
    points_classes(points, work, i)[kind] = 1.0f;
    points_draw_blend(points, work, i, seed, draw);
    return kind;
}

bool points_read_clip(const struct work *work, const char *path, uint8_t **rgb, double *fps) {
    const struct vae_config *c = weights_config(work->weights);
    const struct import import = {
        .size = {c->w, c->h, c->d}, .fit = CLIP_FIT_CROP, .frames_from = IMPORT_UNIFORM};
    struct media_error error = {""};
    struct clip clip;
    if (!import_clip(&import, path, &clip, &error))
        return cli_fail("%s", error.text), false;
    *fps = clip_fps(&clip);
    *rgb = clip.rgb;
    clip.rgb = NULL;
    clip_destroy(&clip);
    return true;
}

static bool encode(const struct points *points, const struct work *work, uint32_t i, const char *path,
                   uint32_t kind, struct generator_encoding *encoding) {
    struct generator_encoding unused, *found = encoding != NULL ? encoding : &unused;
    uint8_t *rgb;
    double fps;
    if (!points_read_clip(work, path, &rgb, &fps))
        return false;
    enum rt_status status =
        generator_encode(work->generator, rgb, kind, points_noise(points, work, i), found);
    free(rgb);
    if (status == RT_OK)
        points_classes(points, work, i)[found->class] = 1.0f;
    return status == RT_OK;
}

static bool load(const struct points *points, const struct work *work, uint32_t i, const char *path) {
    bool same;
    if (z_file_load(path, work->generator, points_noise(points, work, i), points_classes(points, work, i),
                    &same) != RT_OK)
        return false;
    if (!same && !work->values->quiet)
        fprintf(stderr, "mograph: %s was made with other weights of this shape: it will be another clip\n",
                path);
    return true;
}

bool points_from_source(const struct points *points, const struct work *work, uint32_t i,
                        const struct source *source, uint64_t seed, uint32_t kind,
                        const struct points_draw *draw, struct generator_encoding *encoding) {
    switch (source->type) {
    case SOURCE_KIND:
        points_draw_one(points, work, i, source->seeded ? source->seed : seed, source->kind, draw);
        return true;
    case SOURCE_SEED:
        points_draw_one(points, work, i, source->seed, UINT32_MAX, draw);
        return true;
    case SOURCE_Z:
        return load(points, work, i, source->path);
    case SOURCE_CLIP:
        return encode(points, work, i, source->path, kind, encoding);
    }
    return false;
}

// --- to clips

int points_decode(struct work *work, const struct points *points, uint8_t *rgb) {
    uint32_t batch = generator_batch(work->generator);
    work_progress(work, "decoding", points->count);
    for (uint32_t i = 0; i < points->count; i += batch) {
        uint32_t count = points->count - i < batch ? points->count - i : batch;
        if (generator_decode(work->generator, points_noise(points, work, i), points_classes(points, work, i),
                             count, rgb + i * work_clip_bytes(work)) != RT_OK)
            return CLI_FAILED;
        if (!work_step(work, i + count)) {
            work_progress_end(work);
            return work_stopped();
        }
    }
    work_progress_end(work);
    return 0;
}

// --- to files

bool points_check_path(const struct work *work, const char *path) {
    struct media_error error = {""};
    struct output output;
    if (!output_begin(&output, path, false, work->values->force, &error))
        return cli_fail("%s", error.text), false;
    output_discard(&output);
    return true;
}

bool points_save(const struct points *points, const struct work *work, uint32_t i, const char *path,
                 const char *what) {
    char comment[CLIP_COMMENT_BYTES];
    work_comment(work, what, comment);
    const struct safetensors_pair pairs[] = {{"mograph.comment", comment}};
    return points_check_path(work, path) && z_file_save(path, work->generator, points_noise(points, work, i),
                                                        points_classes(points, work, i), pairs, 1) == RT_OK;
}
