#include "cli/train/pictures.h"

#include "cli/command.h"
#include "cli/media/grid.h"
#include "cli/media/write.h"
#include "model/evaluator.h"
#include "model/refit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_ROWS = 8,
    SAMPLES_PER_KIND = 5,
    MORPH_STEPS = 5,
    MAX_RECONSTRUCTIONS = 8,
    GAP = 4,
    SHADE = 24,
    MIN_CELL = 64
};

#define PICTURE_SEED UINT64_C(2024)
// Of the finer levels: their means. Noise there is texture without a place in the clip.
#define FINE_TEMPERATURE 0.0f

// One picture in the making.
struct picture {
    const struct train_loop *loop;
    struct evaluator *evaluator;
    uint32_t count, noise_count;
    size_t clip_bytes;
    uint8_t *rgb; // [count] clips
    uint32_t *classes;
    float *noise; // [count][noise_count]
};

static bool begin(struct picture *p, const struct train_loop *loop, uint32_t count) {
    const struct vae_config *c = loop->model;
    *p = (struct picture){.loop = loop, .evaluator = trainer_evaluator(loop->trainer), .count = count};
    p->noise_count = evaluator_noise_count(p->evaluator);
    p->clip_bytes = (size_t)c->d * c->h * c->w * 3;
    p->rgb = malloc(count * p->clip_bytes);
    p->classes = calloc(count, sizeof *p->classes);
    p->noise = malloc((size_t)count * p->noise_count * sizeof *p->noise);
    return p->rgb != NULL && p->classes != NULL && p->noise != NULL;
}

static void end(struct picture *p) {
    free(p->rgb);
    free(p->classes);
    free(p->noise);
}

static enum rt_status decode(struct picture *p) {
    uint32_t n = evaluator_batch(p->evaluator);
    enum rt_status status = RT_OK;
    for (uint32_t first = 0; first < p->count && status == RT_OK; first += n)
        status =
            evaluator_decode(p->evaluator, p->noise + (size_t)first * p->noise_count, p->classes + first,
                             p->count - first < n ? p->count - first : n, p->rgb + first * p->clip_bytes);
    return status;
}

static bool write_gif(const struct picture *p, const struct grid *grid, uint64_t epoch, const char *what) {
    const struct vae_config *c = p->loop->model;
    struct clip clip = {0};
    struct media_error error;
    struct grid scaled = *grid;
    char name[64], path[PATH_CAPACITY];
    scaled.scale = c->w < MIN_CELL ? MIN_CELL / c->w : 1; // small clips: to see, and room for names
    snprintf(name, sizeof name, "samples/%04" PRIu64 "-%s.gif", epoch, what);
    bool written = grid_compose(&scaled, c->d, c->h, c->w, p->rgb, p->count, &clip, &error) &&
                   run_folder_file(p->loop->folder, name, path, &error) &&
                   clip_write(&clip, path, true, &error);
    clip_destroy(&clip);
    if (!written)
        cli_fail("%s", error.text);
    return written;
}

static uint32_t rows(const struct train_loop *loop) {
    return loop->model->classes < MAX_ROWS ? loop->model->classes : MAX_ROWS;
}

static bool write_samples(const struct train_loop *loop, uint64_t epoch) {
    struct picture p;
    struct grid grid = {.columns = SAMPLES_PER_KIND,
                        .rows = rows(loop),
                        .gap = GAP,
                        .shade = SHADE,
                        .row_names = (const char *const *)loop->set->kinds};
    bool done = begin(&p, loop, grid.columns * grid.rows);
    for (uint32_t i = 0; i < p.count && done; i++)
        p.classes[i] = i / SAMPLES_PER_KIND;
    done = done &&
           refit_draw(p.evaluator, PICTURE_SEED, p.classes, p.count, FINE_TEMPERATURE, p.noise) == RT_OK &&
           decode(&p) == RT_OK && write_gif(&p, &grid, epoch, "samples");
    end(&p);
    return done;
}

// Rows of z = t z1 + (1 - t) z2 between two noises; the class changes half-way.
static bool write_morph(const struct train_loop *loop, uint64_t epoch) {
    static const char *const names[MORPH_STEPS] = {"t = 0", "0.25", "0.5", "0.75", "t = 1"};
    struct picture p;
    struct grid grid = {
        .columns = MORPH_STEPS, .rows = rows(loop), .gap = GAP, .shade = SHADE, .column_names = names};
    uint32_t kinds = loop->model->classes, ends[2 * MAX_ROWS];
    bool done = begin(&p, loop, grid.columns * grid.rows);
    float *z = done ? malloc(2 * (size_t)grid.rows * p.noise_count * sizeof *z) : NULL;
    for (uint32_t r = 0; r < grid.rows; r++) {
        ends[2 * r] = r;
        ends[2 * r + 1] = (r + 1) % kinds;
    }
    done =
        z != NULL && refit_draw(p.evaluator, PICTURE_SEED, ends, 2 * grid.rows, FINE_TEMPERATURE, z) == RT_OK;
    for (uint32_t i = 0; i < p.count && done; i++) {
        uint32_t row = i / MORPH_STEPS, step = i % MORPH_STEPS;
        const float *a = z + (size_t)(2 * row) * p.noise_count, *b = a + p.noise_count;
        float t = (float)step / (MORPH_STEPS - 1);
        p.classes[i] = ends[2 * row + (2 * step >= MORPH_STEPS)];
        for (uint32_t k = 0; k < p.noise_count; k++)
            p.noise[(size_t)i * p.noise_count + k] = t * b[k] + (1.0f - t) * a[k];
    }
    done = done && decode(&p) == RT_OK && write_gif(&p, &grid, epoch, "morph");
    free(z);
    end(&p);
    return done;
}

// Validation clips spread over the set, in the upper row.
static bool read_originals(struct picture *p, const struct clip_source *source, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t clip = (uint32_t)((uint64_t)i * source->count / count);
        p->classes[i] = source->classes[clip];
        if (!source->read(source->user, clip, p->rgb + i * p->clip_bytes))
            return false;
    }
    return true;
}

static void to_bytes(const float *output, size_t voxels, uint8_t *rgb) {
    for (size_t v = 0; v < voxels; v++)
        for (size_t k = 0; k < 3; k++)
            rgb[3 * v + k] = (uint8_t)(output[4 * v + k] * 255.0f + 0.5f);
}

static bool reconstruct(struct picture *p, uint32_t count, uint8_t *into) {
    uint32_t n = evaluator_batch(p->evaluator), levels = evaluator_level_count(p->evaluator);
    size_t voxels = p->clip_bytes / 3;
    float *output = malloc(n * voxels * 4 * sizeof *output);
    enum rt_status status = output != NULL ? RT_OK : RT_ERROR_OUT_OF_MEMORY;
    for (uint32_t first = 0; first < count && status == RT_OK; first += n) {
        const struct evaluator_clips clips = {count - first < n ? count - first : n,
                                              p->rgb + first * p->clip_bytes, p->classes + first};
        const struct evaluation out = {.output = output};
        status = evaluator_encode(p->evaluator, &clips, NULL, levels, &out);
        for (uint32_t i = 0; i < clips.count && status == RT_OK; i++)
            to_bytes(output + i * voxels * 4, voxels, into + (first + i) * p->clip_bytes);
    }
    free(output);
    return status == RT_OK;
}

static bool write_reconstructions(const struct train_loop *loop, uint64_t epoch) {
    static const char *const names[2] = {"clip", "model"};
    const struct clip_source *source = &loop->val->source;
    uint32_t count = source->count < MAX_RECONSTRUCTIONS ? source->count : MAX_RECONSTRUCTIONS;
    struct grid grid = {.columns = count, .rows = 2, .gap = GAP, .shade = SHADE, .row_names = names};
    struct picture p;
    if (count == 0)
        return true;
    bool done = begin(&p, loop, 2 * count) && read_originals(&p, source, count) &&
                reconstruct(&p, count, p.rgb + count * p.clip_bytes) &&
                write_gif(&p, &grid, epoch, "reconstructions");
    end(&p);
    return done;
}

bool train_write_pictures(const struct train_loop *loop, uint64_t epoch) {
    return write_samples(loop, epoch) && write_reconstructions(loop, epoch) && write_morph(loop, epoch);
}
