// mograph generate: new clips from noise.
#include "cli/generate/picture.h"
#include "cli/generate/points.h"
#include "cli/media/write.h"
#include "runtime/align.h"

#include <stdlib.h>
#include <string.h>

struct generate_values {
    struct work_values common;
    int64_t n;
    const char *kind, *mix, *seeds, *grid;
    double temperature, fine;
    bool save_z;
};

#define FIELD(field) OPTION_FIELD(struct generate_values, field)

static const struct option options[] = {
    {OPTION_WORK_WEIGHTS(struct generate_values)},
    {OPTION_WORK_OUT(struct generate_values, "where to write; several clips make a grid, "
                                             "or with a # in the name a file each, the # being the seed")},
    {FIELD(n), .name = "number", .letter = 'n', .min = 1, .max = SEEDS_MAX,
     .help = "how many clips (default 1, or what --seeds or --grid say)"},
    {FIELD(kind), .name = "kind", .value = "K",
     .help = "of this kind (default: each seed draws one, as often as it was seen in training)"},
    {FIELD(mix), .name = "mix", .value = "K:P,...",
     .help = "between kinds: burst:0.3,vortex:0.7 is closer to vortex"},
    {FIELD(seeds), .name = "seeds", .value = "LIST", .help = "these seeds: 1,4-9 (default 1 to N)"},
    {FIELD(temperature), .name = "temperature", .value = "T", .initial = "1", .min = 0, .max = 4,
     .help = "spread of the noise: less is more usual, 0 the most usual clip, more is stranger"},
    {FIELD(fine), .name = "fine", .value = "F", .initial = "1", .min = 0, .max = 4,
     .help = "noise of the finer levels, times F: 1 is what the model learnt, 0 leaves their texture away"},
    {FIELD(grid), .name = "grid", .value = "CxR",
     .help = "columns and rows of the grid (default: about square)"},
    {FIELD(save_z), .name = "save-z",
     .help = "write each clip's z beside it, NAME-SEED.z.safetensors, which morph and decode take"},
    {OPTION_WORK_FPS(struct generate_values, "frames a second (default 25)")},
    {OPTION_WORK_SCALE(struct generate_values)},
    {OPTION_WORK_DEVICE(struct generate_values)},
    {OPTION_WORK_NO_TUNE(struct generate_values)},
    {OPTION_WORK_FORCE(struct generate_values)},
    {OPTION_WORK_QUIET(struct generate_values)},
    {OPTION_WORK_JSON(struct generate_values)},
    {0}};

// What one invocation holds.
struct making {
    struct work work;
    const struct generate_values *v;
    uint64_t seeds[SEEDS_MAX];
    uint32_t count, columns, rows; // rows 0: a file each
    uint32_t kind;                 // UINT32_MAX: drawn, or a mix
    float *mix;                    // NULL: none
    struct points points;
    uint32_t *kinds; // [count], UINT32_MAX in a mix
    uint8_t *rgb;
};

// --- the command line

// "CxR"; no grid asked for: 0 x 0.
static bool read_grid(struct making *m, struct cli_error *error) {
    const char *text = m->v->grid;
    if (text == NULL)
        return true;
    size_t x = strcspn(text, "x");
    uint64_t columns, rows;
    if (text[x] == '\0' || !seed_parse(text, x, &columns) ||
        !seed_parse(text + x + 1, strlen(text + x + 1), &rows) || columns == 0 || rows == 0 ||
        columns > SEEDS_MAX || rows > SEEDS_MAX || columns * rows > SEEDS_MAX)
        return cli_usage(error, "--grid is \"%.40s\": give columns x rows like 3x2, at most %d clips", text,
                         SEEDS_MAX);
    m->columns = (uint32_t)columns;
    m->rows = (uint32_t)rows;
    return true;
}

static bool read_seeds(struct making *m, struct cli_error *error) {
    if (m->v->seeds != NULL && m->v->n > 0)
        return cli_usage(error, "--seeds says how many clips: leave out -n");
    if (m->v->seeds != NULL)
        return seeds_parse(m->v->seeds, m->seeds, &m->count, error);
    m->count = m->v->n > 0 ? (uint32_t)m->v->n : m->rows > 0 ? m->columns * m->rows : 1;
    for (uint32_t i = 0; i < m->count; i++)
        m->seeds[i] = i + 1;
    return true;
}

static bool read_kind(struct making *m, struct cli_error *error) {
    const char *kind = m->v->kind;
    m->kind = UINT32_MAX;
    if (kind != NULL && m->v->mix != NULL)
        return cli_usage(error, "give --kind or --mix, not both");
    if (m->v->mix != NULL) {
        m->mix = calloc(m->work.kinds.count, sizeof *m->mix);
        return (m->mix != NULL || cli_no_memory(error, NULL)) &&
               mix_parse(m->v->mix, &m->work.kinds, m->mix, error);
    }
    return kind == NULL || kinds_choose(&m->work.kinds, kind, &m->kind, error);
}

static bool a_file_each(const struct making *m) {
    return strchr(m->v->common.out, '#') != NULL;
}

static bool choose_layout(struct making *m, struct cli_error *error) {
    if (a_file_each(m) && m->v->grid != NULL)
        return cli_usage(error, "a grid is one file: leave out --grid or the # in -o");
    if (m->rows > 0 && m->count > m->columns * m->rows)
        return cli_usage(error, "%u clips do not fit in --grid %s", m->count, m->v->grid);
    if (m->rows == 0) {
        m->columns = picture_columns(&m->work, m->count);
        m->rows = (uint32_t)rt_div_up(m->count, m->columns);
    }
    return true;
}

// --- names

// -o with its last # replaced by the seed.
static bool clip_path(const struct making *m, uint32_t i, char path[PATH_CAPACITY], struct cli_error *error) {
    const char *out = m->v->common.out, *hash = strrchr(out, '#');
    int written = hash == NULL ? snprintf(path, PATH_CAPACITY, "%s", out)
                               : snprintf(path, PATH_CAPACITY, "%.*s%llu%s", (int)(hash - out), out,
                                          (unsigned long long)m->seeds[i], hash + 1);
    return (written > 0 && written < PATH_CAPACITY) || cli_fail(error, NULL, "-o: the path is too long");
}

// The same without its extension; in a grid with the seed; then .z.safetensors.
static bool z_path(const struct making *m, uint32_t i, char path[PATH_CAPACITY], struct cli_error *error) {
    char stem[PATH_CAPACITY], seed[32] = "";
    if (!clip_path(m, i, stem, error))
        return false;
    char *base = stem + (path_base(stem) - stem), *dot = strrchr(base, '.');
    if (dot != NULL && dot > base)
        *dot = '\0';
    if (m->count > 1 && !a_file_each(m))
        snprintf(seed, sizeof seed, "-%llu", (unsigned long long)m->seeds[i]);
    int written = snprintf(path, PATH_CAPACITY, "%s%s.z.safetensors", stem, seed);
    return (written > 0 && written < PATH_CAPACITY) || cli_fail(error, NULL, "-o: the path is too long");
}

// Everything that will be written can be.
static bool check_paths(const struct making *m, struct cli_error *error) {
    char path[PATH_CAPACITY];
    uint32_t files = a_file_each(m) ? m->count : 1;
    for (uint32_t i = 0; i < files; i++)
        if (!clip_path(m, i, path, error) || !clip_write_check(path, m->v->common.force, error))
            return false;
    for (uint32_t i = 0; i < m->count && m->v->save_z; i++)
        if (!z_path(m, i, path, error) || !points_check_path(&m->work, path, error))
            return false;
    return true;
}

static bool check_picture(const struct making *m, struct cli_error *error) {
    const struct grid grid = {.columns = a_file_each(m) ? 1 : m->columns,
                              .rows = a_file_each(m) ? 1 : m->rows};
    return picture_check(&m->work, &grid, weights_config(m->work.weights)->d, m->count, error);
}

// --- the work

static void what_of(const struct making *m, uint32_t i, char *text, size_t size) {
    if (m->kinds[i] == UINT32_MAX)
        snprintf(text, size, "%.200s, seed %llu", m->v->mix, (unsigned long long)m->seeds[i]);
    else
        snprintf(text, size, "%s:%llu", m->work.kinds.names[m->kinds[i]], (unsigned long long)m->seeds[i]);
}

static bool draw_all(struct making *m, struct cli_error *error) {
    struct point_draw draw = {.temperature = (float)m->v->temperature, .fine = (float)m->v->fine};
    const struct prior *prior = generator_prior(m->work.generator);
    m->kinds = malloc(m->count * sizeof *m->kinds);
    m->rgb = malloc(m->count * work_clip_bytes(&m->work));
    if (m->kinds == NULL || m->rgb == NULL)
        return cli_fail(error, NULL, "out of memory for %u clips", m->count);
    if (!points_begin(&m->points, &m->work, m->count, error))
        return false;
    for (uint32_t i = 0; i < m->count; i++) {
        draw.seed = m->seeds[i];
        m->kinds[i] = UINT32_MAX;
        if (m->mix != NULL)
            points_draw_blend(&m->points, i, prior, m->mix, &draw);
        else
            m->kinds[i] = points_draw(&m->points, i, prior, m->kind, &draw);
    }
    return true;
}

// "burst:1 snow:2 ...", cut where it does not fit.
static void what_of_all(const struct making *m, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < m->count && used < size; i++) {
        char what[300];
        what_of(m, i, what, sizeof what);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "", what);
    }
}

static bool write_grid(const struct making *m, struct cli_error *error) {
    const struct grid grid = {.columns = m->columns, .rows = m->rows};
    char what[1000];
    struct clip clip;
    what_of_all(m, what, sizeof what);
    if (!picture_lay_out(&m->work, &grid, generator_config(m->work.generator)->d, m->rgb, m->count, &clip,
                         error))
        return false;
    bool ok = picture_write(&m->work, &clip, m->v->common.out, what, error);
    clip_destroy(&clip);
    return ok;
}

static bool write_clips(const struct making *m, struct cli_error *error) {
    char path[PATH_CAPACITY], what[300];
    if (!a_file_each(m))
        return write_grid(m, error);
    for (uint32_t i = 0; i < m->count; i++) {
        what_of(m, i, what, sizeof what);
        if (!clip_path(m, i, path, error) ||
            !picture_write_one(&m->work, m->rgb + i * work_clip_bytes(&m->work), path, what, error))
            return false;
    }
    return true;
}

static bool write_points(const struct making *m, struct cli_error *error) {
    char path[PATH_CAPACITY], what[300];
    for (uint32_t i = 0; i < m->count && m->v->save_z; i++) {
        what_of(m, i, what, sizeof what);
        if (!z_path(m, i, path, error) || !points_save(&m->points, &m->work, i, path, what, error))
            return false;
    }
    return true;
}

static cJSON *json_of(const struct making *m) {
    cJSON *root = work_json(&m->work), *clips = cJSON_AddArrayToObject(root, "clips");
    struct cli_error ignored; // both have been written by now
    for (uint32_t i = 0; i < m->count; i++) {
        cJSON *clip = cJSON_CreateObject();
        char path[PATH_CAPACITY], seed[32];
        snprintf(seed, sizeof seed, "%llu", (unsigned long long)m->seeds[i]);
        if (clip_path(m, i, path, &ignored))
            cJSON_AddStringToObject(clip, "out", path);
        if (m->v->save_z && z_path(m, i, path, &ignored))
            cJSON_AddStringToObject(clip, "z", path);
        if (m->kinds[i] != UINT32_MAX)
            cJSON_AddStringToObject(clip, "kind", m->work.kinds.names[m->kinds[i]]);
        cJSON_AddRawToObject(clip, "seed", seed); // exact above 2^53, too
        cJSON_AddItemToArray(clips, clip);
    }
    return root;
}

static bool make(struct making *m, struct cli_error *error) {
    char line[PATH_CAPACITY + 64];
    if (!work_start(&m->work, 8, error) || !draw_all(m, error) ||
        !points_decode(&m->work, &m->points, m->rgb, error) || !write_clips(m, error) ||
        !write_points(m, error))
        return false;
    snprintf(line, sizeof line, "%u clip%s in %s", m->count, m->count > 1 ? "s" : "", m->v->common.out);
    return work_report(&m->work, json_of(m), line, error);
}

extern const struct command cmd_generate;

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct making *m = calloc(1, sizeof *m);
    if (m == NULL)
        return cli_no_memory(error, NULL);
    m->v = values;
    bool done =
        (m->v->common.out != NULL || cli_usage(error, "say where to write: -o FILE; " CLIP_WRITE_FORMATS)) &&
        read_grid(m, error) && read_seeds(m, error) &&
        work_begin(&m->work, &cmd_generate, values, args, arg_count, error) && read_kind(m, error) &&
        choose_layout(m, error) && check_paths(m, error) && check_picture(m, error) && make(m, error);
    points_destroy(&m->points);
    work_close(&m->work);
    free(m->mix);
    free(m->kinds);
    free(m->rgb);
    free(m);
    return done;
}

const struct command cmd_generate = {
    .name = "generate",
    .summary = "make new clips from noise",
    .text = "A clip follows from the weights, its seed and its kind: "
            "the same command gives the same bytes on the same\n"
            "device. `mograph morph burst:7 ...` takes up the clip that --kind burst --seeds 7 made.\n"
            "The extension of -o decides: " CLIP_WRITE_FORMATS ".\n",
    .options = options,
    .values_size = sizeof(struct generate_values),
    .given = offsetof(struct generate_values, common.given),
    .run = run,
};
