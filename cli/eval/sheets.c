// Writes the contact sheets of an evaluation: samples, reconstructions, nearest neighbours, morphs; and
// stills of many samples and real clips, for a README or a model card.
#include "cli/eval/sheets.h"

#include "cli/eval/morphs.h"
#include "cli/media/grid.h"
#include "cli/media/write.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_ROWS = 8,
    SAMPLES = 4,
    STILLS = 12,
    PAIRS = 2,
    MORPH_ROWS = 3,
    TIMES = 5,
    GAP = 4,
    SHADE = 24,
    MIN_CELL = 64
};

const struct eval_sheet_info eval_sheet_table[SHEET_COUNT] = {
    [SHEET_SAMPLES] = {"samples.gif", "Samples", "Drawn from noise, a row for each kind."},
    [SHEET_NEIGHBOURS] =
        {"neighbours.gif", "Nearest training clips",
         "Samples, and beside each the training clip that is nearest by the classifier's features."},
    [SHEET_RECONSTRUCTIONS] = {"reconstructions.gif", "Reconstructions",
                               "Validation clips above, below what the model makes of their encoding."},
    [SHEET_MORPHS] =
        {"morphs.gif", "Morphs",
         "z = t z1 + (1 - t) z2 between samples, then between encoded clips; last a cross-fade."},
    [SHEET_STILL_SAMPLES] = {"samples.png", "Samples", "One frame each, from the middle."},
    [SHEET_STILL_REAL] = {"real.png", "Validation clips", "One frame each, from the middle."},
};

// One sheet in the making: cells row by row.
struct sheet {
    const struct eval_sheets *of;
    struct grid grid;
    uint32_t count;
    uint32_t frames; // of a cell: all of a clip's, or one
    size_t bytes;    // of a cell
    uint8_t *rgb;
};

// Of large clips, or of many kinds, a sheet shows fewer: `by` says how many go at a time.
static bool begin_frames(struct sheet *s, const struct eval_sheets *of, struct grid grid,
                         struct grid_steps by, uint32_t frames, struct cli_error *error) {
    const struct eval_data *data = of->data;
    grid.gap = GAP;
    grid.scale = data->w < MIN_CELL ? MIN_CELL / data->w : 1; // room for names
    grid.shade = SHADE;
    grid_fit(&grid, by, frames, data->h, data->w);
    *s = (struct sheet){.of = of,
                        .grid = grid,
                        .count = grid.columns * grid.rows,
                        .frames = frames,
                        .bytes = (size_t)frames * data->h * data->w * 3};
    s->rgb = malloc(s->count * s->bytes);
    return s->rgb != NULL || eval_no_memory(error);
}

static bool begin(struct sheet *s, const struct eval_sheets *of, struct grid grid, struct grid_steps by,
                  struct cli_error *error) {
    return begin_frames(s, of, grid, by, of->data->d, error);
}

static uint8_t *cell(const struct sheet *s, uint32_t row, uint32_t column) {
    return s->rgb + ((size_t)row * s->grid.columns + column) * s->bytes;
}

static uint32_t rows_of(const struct eval_sheets *of) {
    return of->data->set.kind_count < MAX_ROWS ? of->data->set.kind_count : MAX_ROWS;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

// The first samples of every kind into columns 0, step, 2 step, ...
static bool draw_samples(struct sheet *s, uint32_t per_kind, uint32_t step, struct cli_error *error) {
    const struct eval_sheets *of = s->of;
    struct points points;
    bool done = eval_points_create(&points, of->model, per_kind, error);
    for (uint32_t kind = 0; kind < s->grid.rows && done; kind++) {
        for (uint32_t i = 0; i < per_kind; i++) {
            struct point_draw how = *of->how;
            how.seed += i;
            eval_points_draw(&points, i, of->model, kind, &how);
        }
        for (uint32_t i = 0; i < per_kind && done; i++)
            done = eval_points_decode(&points, of->model, i, 1, cell(s, kind, i * step), error);
    }
    points_destroy(&points);
    return done;
}

static bool make_samples(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    const struct grid grid = {.columns = least(SAMPLES, of->data->n),
                              .rows = rows_of(of),
                              .row_names = (const char *const *)of->data->set.kinds};
    return begin(s, of, grid, (struct grid_steps){1, 1}, error) && draw_samples(s, s->grid.columns, 1, error);
}

static bool make_neighbours(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    static const char *const names[2 * PAIRS] = {"sample", "nearest", "sample", "nearest"};
    const struct eval_set *samples = of->samples, *training = &of->data->training;
    const struct grid grid = {.columns = 2 * least(PAIRS, of->data->n),
                              .rows = rows_of(of),
                              .row_names = (const char *const *)of->data->set.kinds,
                              .column_names = names};
    uint32_t *nearest = malloc(samples->count * sizeof *nearest);
    bool done =
        begin(s, of, grid, (struct grid_steps){2, 1}, error) && (nearest != NULL || eval_no_memory(error)) &&
        draw_samples(s, s->grid.columns / 2, 2, error) &&
        cli_check(error,
                  distribution_nearest(
                      (struct features){samples->features, samples->count, CLASSIFIER_FEATURES},
                      (struct features){training->features, training->count, CLASSIFIER_FEATURES}, nearest),
                  "looking for the nearest clips");
    uint32_t pairs = s->grid.columns / 2;
    for (uint32_t i = 0; i < pairs * s->grid.rows && done; i++)
        done = eval_clip_read(&of->data->train.source, nearest[i / pairs * of->data->n + i % pairs],
                              cell(s, i / pairs, 2 * (i % pairs) + 1), error);
    free(nearest);
    return done;
}

// The model's clip for encoded ones: their noise decoded, which is what the decoder made of the encoding.
static bool make_reconstructions(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    static const char *const names[2] = {"clip", "model"};
    const struct eval_data *data = of->data;
    const struct grid grid = {.columns = of->clip_keys->count,
                              .rows = 2,
                              .row_names = names,
                              .column_names = (const char *const *)data->set.kinds};
    bool done = begin(s, of, grid, (struct grid_steps){1, 0}, error);
    uint32_t columns = s->grid.columns;
    for (uint32_t kind = 0; kind < columns && done; kind++)
        done = eval_clip_read(&data->val.source, data->picked[kind * data->n], cell(s, 0, kind), error);
    return done && eval_points_decode(of->clip_keys, of->model, 0, columns, cell(s, 1, 0), error);
}

// One row: t from 0 to 1, and the cross-fade of the ends.
static bool morph_row(struct sheet *s, uint32_t row, const struct points *keys, uint32_t from,
                      struct cli_error *error) {
    struct points points;
    uint32_t times = s->grid.columns - 1;
    bool done = eval_points_create(&points, s->of->model, times, error);
    for (uint32_t i = 0; i < times && done; i++)
        points_mix(&points, i, keys, from, (from + 1) % keys->count,
                   times > 1 ? (float)i / (float)(times - 1) : 0.0f);
    done = done && eval_points_decode(&points, s->of->model, 0, times, cell(s, row, 0), error);
    if (done)
        eval_fade(cell(s, row, 0), cell(s, row, times - 1), s->bytes, 0.5f, cell(s, row, times));
    points_destroy(&points);
    return done;
}

static bool make_morphs(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    static const char *const names[TIMES + 1] = {"t = 0", "0.25", "0.5", "0.75", "t = 1", "cross-fade"};
    const struct grid grid = {
        .columns = TIMES + 1, .rows = 2 * least(MORPH_ROWS, of->kind_keys->count), .column_names = names};
    // A column and the fade are the least: two go at a time.
    bool done = begin(s, of, grid, (struct grid_steps){2, 2}, error);
    if (s->grid.columns < TIMES + 1)
        s->grid.column_names = NULL; // other values of t
    uint32_t each = s->grid.rows / 2;
    for (uint32_t row = 0; row < each && done; row++)
        done = morph_row(s, row, of->kind_keys, row, error) &&
               morph_row(s, each + row, of->clip_keys, row, error);
    return done;
}

// One sample of a kind, or one validation clip.
static bool make_clip(const struct eval_sheets *of, bool real, uint32_t kind, uint32_t i,
                      struct points *point, uint8_t *rgb, struct cli_error *error) {
    const struct eval_data *data = of->data;
    struct point_draw how = *of->how;
    if (real)
        return eval_clip_read(&data->val.source, data->picked[kind * data->n + i], rgb, error);
    how.seed += i;
    eval_points_draw(point, 0, of->model, kind, &how);
    return eval_points_decode(point, of->model, 0, 1, rgb, error);
}

// The frame in the middle of many clips.
static bool make_stills(struct sheet *s, const struct eval_sheets *of, bool real, struct cli_error *error) {
    const struct eval_data *data = of->data;
    const struct grid grid = {.columns = least(STILLS, data->n),
                              .rows = rows_of(of),
                              .row_names = (const char *const *)data->set.kinds};
    struct points point = {0};
    uint8_t *rgb = malloc(generator_clip_bytes(of->model->generator));
    bool done = (rgb != NULL || eval_no_memory(error)) &&
                begin_frames(s, of, grid, (struct grid_steps){1, 1}, 1, error) &&
                eval_points_create(&point, of->model, 1, error);
    for (uint32_t cells = s->count, at = 0; at < cells && done; at++) {
        uint32_t kind = at / s->grid.columns, i = at % s->grid.columns;
        done = make_clip(of, real, kind, i, &point, rgb, error);
        memcpy(cell(s, kind, i), rgb + data->d / 2 * s->bytes, done ? s->bytes : 0);
    }
    points_destroy(&point);
    free(rgb);
    return done;
}

static bool make_still_samples(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    return make_stills(s, of, false, error);
}

static bool make_still_real(struct sheet *s, const struct eval_sheets *of, struct cli_error *error) {
    return make_stills(s, of, true, error);
}

static bool write_sheet(const struct sheet *s, const char *folder, const char *name,
                        struct cli_error *error) {
    const struct eval_data *data = s->of->data;
    struct clip clip = {0};
    char path[PATH_CAPACITY];
    bool written = grid_compose(&s->grid, s->frames, data->h, data->w, s->rgb, s->count, &clip, error) &&
                   path_join(path, folder, name, error) && clip_write(&clip, path, true, error);
    clip_destroy(&clip);
    return written;
}

bool eval_sheets_write(const struct eval_sheets *sheets, const char *folder, struct cli_error *error) {
    static bool (*const makers[SHEET_COUNT])(struct sheet *, const struct eval_sheets *,
                                             struct cli_error *) = {make_samples,         make_neighbours,
                                                                    make_reconstructions, make_morphs,
                                                                    make_still_samples,   make_still_real};
    struct progress bar;
    bool done = true;
    progress_begin(&bar, "contact sheets", SHEET_COUNT);
    for (uint32_t i = 0; i < SHEET_COUNT && done; i++) {
        struct sheet sheet = {.rgb = NULL};
        done =
            makers[i](&sheet, sheets, error) && write_sheet(&sheet, folder, eval_sheet_table[i].file, error);
        free(sheet.rgb);
        progress_update(&bar, i + 1, NULL);
    }
    progress_clear(&bar);
    return done;
}
