// Writes the sample GIFs of a model in training.
#include "cli/train/pictures.h"

#include "cli/check.h"
#include "cli/media/grid.h"
#include "cli/media/write.h"
#include "model/sample/points.h"

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

// One picture in the making.
struct picture {
    const struct train_loop *loop;
    struct evaluator *evaluator;
    uint32_t count;
    size_t clip_bytes;
    uint8_t *rgb;         // [count] clips
    uint32_t *classes;    // [count], of clips to encode
    struct points points; // [count], to decode
};

static bool begin(struct picture *p, const struct train_loop *loop, uint32_t count, struct cli_error *error) {
    const struct vae_config *c = loop->model;
    *p = (struct picture){.loop = loop, .evaluator = trainer_evaluator(loop->trainer), .count = count};
    p->clip_bytes = (size_t)c->d * c->h * c->w * 3;
    p->rgb = malloc(count * p->clip_bytes);
    p->classes = calloc(count, sizeof *p->classes);
    bool made = points_create(&p->points, count, evaluator_noise_count(p->evaluator), c->classes);
    return (made && p->rgb != NULL && p->classes != NULL) || cli_no_memory(error, "the pictures of the run");
}

static void end(struct picture *p) {
    free(p->rgb);
    free(p->classes);
    points_destroy(&p->points);
}

static bool decode(struct picture *p, struct cli_error *error) {
    uint32_t n = evaluator_batch(p->evaluator);
    enum rt_status status = RT_OK;
    for (uint32_t first = 0; first < p->count && status == RT_OK; first += n)
        status =
            evaluator_decode(p->evaluator, points_noise(&p->points, first), points_weights(&p->points, first),
                             p->count - first < n ? p->count - first : n, p->rgb + first * p->clip_bytes);
    return cli_check(error, status, "decoding pictures");
}

static bool write_gif(const struct picture *p, const struct grid *grid, uint64_t epoch, const char *what,
                      struct cli_error *error) {
    const struct vae_config *c = p->loop->model;
    struct clip clip = {0};
    char name[64], path[PATH_CAPACITY];
    snprintf(name, sizeof name, "samples/%04" PRIu64 "-%s.gif", epoch, what);
    bool written = grid_compose(grid, c->d, c->h, c->w, p->rgb, p->count, &clip, error) &&
                   run_folder_file(p->loop->folder, name, path, error) &&
                   clip_write(&clip, path, true, error);
    clip_destroy(&clip);
    return written;
}

// As many cells as a picture may have: of large clips fewer.
static struct grid fitted(const struct train_loop *loop, struct grid_steps by, struct grid grid) {
    const struct vae_config *c = loop->model;
    grid.gap = GAP;
    grid.shade = SHADE;
    grid.scale = c->w < MIN_CELL ? MIN_CELL / c->w : 1; // small clips: to see, and room for names
    grid_fit(&grid, by, c->d, c->h, c->w);
    return grid;
}

static uint32_t rows(const struct train_loop *loop) {
    return loop->model->classes < MAX_ROWS ? loop->model->classes : MAX_ROWS;
}

// The n-th point of a picture has the seed PICTURE_SEED + n.
static void draw(const struct points *points, uint32_t i, const struct prior *prior, uint32_t class) {
    const struct point_draw how = {.seed = PICTURE_SEED + i, .temperature = 1.0f, .fine = 1.0f};
    points_draw(points, i, prior, class, &how);
}

static bool write_samples(const struct train_loop *loop, const struct prior *prior, uint64_t epoch,
                          struct cli_error *error) {
    struct picture p;
    struct grid grid = fitted(
        loop, (struct grid_steps){1, 1},
        (struct grid){.columns = SAMPLES_PER_KIND, .rows = rows(loop), .row_names = loop->data->kinds});
    bool done = begin(&p, loop, grid.columns * grid.rows, error);
    for (uint32_t i = 0; i < p.count && done; i++)
        draw(&p.points, i, prior, i / grid.columns);
    done = done && decode(&p, error) && write_gif(&p, &grid, epoch, "samples", error);
    end(&p);
    return done;
}

// A row of a morph: from one kind to the next, the kinds blended as the points are.
static void lay_row(struct picture *p, const struct noise_path *path, const struct grid *grid, uint32_t row,
                    uint32_t to) {
    uint32_t from = row;
    for (uint32_t step = 0; step < grid->columns; step++) {
        uint32_t i = row * grid->columns + step;
        double t = grid->columns > 1 ? (double)step / (grid->columns - 1) : 0.0;
        float *weights = points_weights(&p->points, i);
        noise_path_at(path, t, points_noise(&p->points, i));
        weights[from] += noise_path_weight(path, t, 0);
        weights[to] += noise_path_weight(path, t, 1);
    }
}

// Rows of z = t z1 + (1 - t) z2 between a sample of each kind and one of the next.
static bool write_morph(const struct train_loop *loop, const struct prior *prior, uint64_t epoch,
                        struct cli_error *error) {
    static const char *const names[MORPH_STEPS] = {"t = 0", "0.25", "0.5", "0.75", "t = 1"};
    struct picture p;
    struct grid grid =
        fitted(loop, (struct grid_steps){1, 1},
               (struct grid){.columns = MORPH_STEPS, .rows = rows(loop), .column_names = names});
    if (grid.columns < MORPH_STEPS)
        grid.column_names = NULL; // other values of t
    uint32_t kinds = loop->model->classes;
    bool done = begin(&p, loop, grid.columns * grid.rows, error);
    struct points keys = {0};
    done = done && (points_create(&keys, 2 * grid.rows, p.points.numbers, kinds) ||
                    cli_no_memory(error, "the pictures of the run"));
    for (uint32_t r = 0; r < grid.rows && done; r++) {
        draw(&keys, 2 * r, prior, r);
        draw(&keys, 2 * r + 1, prior, (r + 1) % kinds);
        const struct noise_path path = {
            .space = &prior->space, .keys = points_noise(&keys, 2 * r), .key_count = 2};
        lay_row(&p, &path, &grid, r, (r + 1) % kinds);
    }
    done = done && decode(&p, error) && write_gif(&p, &grid, epoch, "morph", error);
    points_destroy(&keys);
    end(&p);
    return done;
}

// Validation clips spread over the set, in the upper row.
static bool read_originals(struct picture *p, const struct clip_source *source, uint32_t count,
                           struct cli_error *error) {
    uint32_t clips[MAX_RECONSTRUCTIONS];
    for (uint32_t i = 0; i < count; i++) {
        clips[i] = (uint32_t)((uint64_t)i * source->count / count);
        p->classes[i] = source->classes[clips[i]];
    }
    return cli_check(error, clip_source_read(source, clips, count, p->rgb) ? RT_OK : RT_ERROR_IO,
                     "reading validation clips");
}

static void to_bytes(const float *output, size_t voxels, uint8_t *rgb) {
    for (size_t v = 0; v < voxels; v++)
        for (size_t k = 0; k < 3; k++)
            rgb[3 * v + k] = (uint8_t)(output[4 * v + k] * 255.0f + 0.5f);
}

static bool reconstruct(struct picture *p, uint32_t count, uint8_t *into, struct cli_error *error) {
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
    return cli_check(error, status, "reconstructing validation clips");
}

static bool write_reconstructions(const struct train_loop *loop, uint64_t epoch, struct cli_error *error) {
    static const char *const names[2] = {"clip", "model"};
    const struct clip_source *source = loop->data->val;
    struct picture p;
    if (source->count == 0)
        return true;
    struct grid grid = fitted(
        loop, (struct grid_steps){1, 0},
        (struct grid){.columns = source->count < MAX_RECONSTRUCTIONS ? source->count : MAX_RECONSTRUCTIONS,
                      .rows = 2,
                      .row_names = names});
    uint32_t count = grid.columns;
    bool done = begin(&p, loop, 2 * count, error) && read_originals(&p, source, count, error) &&
                reconstruct(&p, count, p.rgb + count * p.clip_bytes, error) &&
                write_gif(&p, &grid, epoch, "reconstructions", error);
    end(&p);
    return done;
}

bool train_write_pictures(const struct train_loop *loop, uint64_t epoch, struct cli_error *error) {
    struct evaluator *evaluator = trainer_evaluator(loop->trainer);
    struct prior prior;
    enum rt_status status = prior_create(&prior, evaluator_shapes(evaluator));
    if (status == RT_OK)
        status = prior_load(&prior, evaluator);
    bool done = cli_check(error, status, "reading the prior") && write_samples(loop, &prior, epoch, error) &&
                write_reconstructions(loop, epoch, error) && write_morph(loop, &prior, epoch, error);
    prior_destroy(&prior);
    return done;
}
