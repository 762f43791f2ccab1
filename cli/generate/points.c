// Holds many points of the noise space: fills them from sources, decodes them, saves them.
#include "cli/generate/points.h"

#include "cli/data/import.h"
#include "cli/dataset.h"
#include "cli/media/output.h"
#include "model/files/safetensors.h"
#include "model/sample/z_file.h"
#include "runtime/log.h"

#include <stdlib.h>

bool points_begin(struct points *points, const struct work *work, uint32_t count, struct cli_error *error) {
    return points_create(points, count, (uint32_t)work_noise_count(work), (uint32_t)work_classes(work)) ||
           cli_fail(error, NULL, "out of memory for %u points", count);
}

// --- from sources

bool points_read_clip(const struct work *work, const char *path, uint8_t **rgb, double *fps,
                      struct cli_error *error) {
    const struct vae_config *c = weights_config(work->weights);
    const struct import import = {
        .size = {c->w, c->h, c->d}, .fit = CLIP_FIT_CROP, .frames_from = IMPORT_UNIFORM};
    struct clip clip;
    if ((!work->values->quiet && !dataset_tell_frames(path, error)) ||
        !import_clip(&import, path, &clip, error))
        return false;
    *fps = clip_fps(&clip);
    *rgb = clip.rgb;
    clip.rgb = NULL;
    clip_destroy(&clip);
    return true;
}

// z files are small, and are read again when there is a model that they must fit.
bool points_read_source(const struct work *work, struct source *source, struct cli_error *error) {
    struct safetensors *file = NULL;
    double fps;
    if (source->type == SOURCE_CLIP)
        return points_read_clip(work, source->path, &source->rgb, &fps, error);
    if (source->type != SOURCE_Z)
        return true;
    bool opened = cli_check(error, safetensors_open(source->path, &file), "reading %s", source->path);
    safetensors_close(&file);
    return opened;
}

static bool encode(const struct points *points, const struct work *work, uint32_t i,
                   const struct source *source, uint32_t kind, struct generator_encoding *encoding,
                   struct cli_error *error) {
    struct generator_encoding unused, *found = encoding != NULL ? encoding : &unused;
    enum rt_status status =
        generator_encode(work->generator, source->rgb, kind, points_noise(points, i), found);
    if (status == RT_OK)
        points_weights(points, i)[found->class] = 1.0f;
    return cli_check(error, status, "encoding %s", source->path);
}

static bool load(const struct points *points, const struct work *work, uint32_t i, const char *path,
                 struct cli_error *error) {
    bool same;
    enum rt_status status =
        z_file_load(path, work->generator, points_noise(points, i), points_weights(points, i), &same);
    if (status == RT_OK && !same && !work->values->quiet)
        rt_log(RT_LOG_WARNING, "%s was made with other weights of this shape: it will be another clip", path);
    return cli_check(error, status, "reading %s", path);
}

static void draw_seed(const struct points *points, const struct work *work, uint32_t i, uint64_t seed,
                      uint32_t kind, const struct point_draw *draw) {
    struct point_draw how = *draw;
    how.seed = seed;
    points_draw(points, i, generator_prior(work->generator), kind, &how);
}

bool points_from_source(const struct points *points, const struct work *work, uint32_t i,
                        const struct source *source, uint64_t seed, uint32_t kind,
                        const struct point_draw *draw, struct generator_encoding *encoding,
                        struct cli_error *error) {
    switch (source->type) {
    case SOURCE_KIND:
        draw_seed(points, work, i, source->seeded ? source->seed : seed, source->kind, draw);
        return true;
    case SOURCE_SEED:
        draw_seed(points, work, i, source->seed, POINTS_ANY_CLASS, draw);
        return true;
    case SOURCE_Z:
        return load(points, work, i, source->path, error);
    case SOURCE_CLIP:
        return encode(points, work, i, source, kind, encoding, error);
    }
    return cli_fail(error, NULL, "a source of no type"); // not reached
}

// --- to clips

bool points_decode(struct work *work, const struct points *points, uint8_t *rgb, struct cli_error *error) {
    uint32_t batch = generator_batch(work->generator);
    bool done = true;
    work_progress(work, "decoding", points->count);
    for (uint32_t i = 0; i < points->count && done; i += batch) {
        uint32_t count = points->count - i < batch ? points->count - i : batch;
        enum rt_status status =
            generator_decode(work->generator, points_noise(points, i), points_weights(points, i), count,
                             rgb + i * work_clip_bytes(work));
        done = cli_check(error, status, "decoding") && work_step(work, i + count, error);
    }
    work_progress_end(work);
    return done;
}

// --- to files

bool points_check_path(const struct work *work, const char *path, struct cli_error *error) {
    struct output output;
    if (!output_begin(&output, path, false, work->values->force, error))
        return false;
    output_discard(&output);
    return true;
}

bool points_save(const struct points *points, const struct work *work, uint32_t i, const char *path,
                 const char *what, struct cli_error *error) {
    char comment[CLIP_COMMENT_BYTES];
    work_comment(work, what, comment);
    const struct safetensors_pair pairs[] = {{"mograph.comment", comment}};
    return points_check_path(work, path, error) &&
           cli_check(error,
                     z_file_save(path, work->generator, points_noise(points, i), points_weights(points, i),
                                 pairs, 1),
                     "writing %s", path);
}
