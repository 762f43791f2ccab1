// mograph reconstruct: clips beside what the model makes of them.
#include "cli/generate/picture.h"
#include "cli/generate/points.h"
#include "cli/media/write.h"
#include "model/metrics/reconstruction.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CLIPS = 256 };

struct reconstruct_values {
    struct work_values common;
    const char *kind;
};

static const struct option options[] = {
    {OPTION_WORK_WEIGHTS(struct reconstruct_values)},
    {OPTION_WORK_OUT(struct reconstruct_values,
                     "where to write: a row for each clip, the original to the left")},
    {OPTION_FIELD(struct reconstruct_values, kind), .name = "kind", .value = "K",
     .help = "what kind the clips are (default: for each the one under which it is most likely)"},
    {OPTION_WORK_FPS(struct reconstruct_values, "frames a second (default: as fast as the first clip)")},
    {OPTION_WORK_SCALE(struct reconstruct_values)},
    {OPTION_WORK_DEVICE(struct reconstruct_values)},
    {OPTION_WORK_NO_TUNE(struct reconstruct_values)},
    {OPTION_WORK_FORCE(struct reconstruct_values)},
    {OPTION_WORK_QUIET(struct reconstruct_values)},
    {OPTION_WORK_JSON(struct reconstruct_values)},
    {0}};

// What one invocation holds.
struct making {
    struct work work;
    const struct reconstruct_values *v;
    struct work_values fitting; // the options with --fps as the first clip has it
    char *const *paths;
    uint32_t count, kind;
    struct points points;
    struct generator_encoding *found; // [count]
    uint8_t *rgb;                     // [count][2]: original, reconstruction
};

static uint8_t *picture(const struct making *m, uint32_t i, uint32_t column) {
    return m->rgb + (2 * (size_t)i + column) * work_clip_bytes(&m->work);
}

static bool make_room(struct making *m, struct cli_error *error) {
    m->found = calloc(m->count, sizeof *m->found);
    m->rgb = malloc(2 * m->count * work_clip_bytes(&m->work));
    return (m->found != NULL && m->rgb != NULL) ||
           cli_fail(error, NULL, "out of memory for %u clips", m->count);
}

// All of them first: what cannot be read is told before any is encoded.
static bool read_all(struct making *m, struct cli_error *error) {
    for (uint32_t i = 0; i < m->count; i++) {
        uint8_t *rgb;
        double fps;
        if (!points_read_clip(&m->work, m->paths[i], &rgb, &fps, error))
            return false;
        memcpy(picture(m, i, 0), rgb, work_clip_bytes(&m->work));
        free(rgb);
        if (i == 0 && m->v->common.fps == 0.0)
            m->fitting.fps = fps < 1.0 ? 1.0 : fps > 100.0 ? 100.0 : fps;
    }
    return true;
}

static bool encode_one(struct making *m, uint32_t i, struct cli_error *error) {
    if (!cli_check(error,
                   generator_encode(m->work.generator, picture(m, i, 0), m->kind, points_noise(&m->points, i),
                                    &m->found[i]),
                   "encoding %s", m->paths[i]))
        return false;
    points_weights(&m->points, i)[m->found[i].class] = 1.0f;
    return true;
}

static bool encode_all(struct making *m, struct cli_error *error) {
    bool done = true;
    work_progress(&m->work, "encoding", m->count);
    for (uint32_t i = 0; i < m->count && done; i++)
        done = encode_one(m, i, error) && work_step(&m->work, i + 1, error);
    work_progress_end(&m->work);
    return done;
}

// Into the second column, through memory of the first size.
static bool decode_all(struct making *m, struct cli_error *error) {
    size_t bytes = work_clip_bytes(&m->work);
    uint8_t *decoded = malloc(m->count * bytes);
    bool done = (decoded != NULL || cli_no_memory(error, NULL)) &&
                points_decode(&m->work, &m->points, decoded, error);
    for (uint32_t i = 0; i < m->count && done; i++)
        memcpy(picture(m, i, 1), decoded + i * bytes, bytes);
    free(decoded);
    return done;
}

static bool write_grid(struct making *m, struct cli_error *error) {
    const struct grid grid = {.columns = 2, .rows = m->count};
    char what[64];
    struct clip clip;
    snprintf(what, sizeof what, "%u reconstruction%s", m->count, m->count > 1 ? "s" : "");
    if (!picture_lay_out(&m->work, &grid, generator_config(m->work.generator)->d, m->rgb, 2 * m->count, &clip,
                         error))
        return false;
    bool written = picture_write(&m->work, &clip, m->v->common.out, what, error);
    clip_destroy(&clip);
    return written;
}

// --- figures

static struct clip_view view_of(const struct making *m, uint32_t i, uint32_t column) {
    const struct vae_config *c = generator_config(m->work.generator);
    return (struct clip_view){.u8 = picture(m, i, column), .d = c->d, .h = c->h, .w = c->w, .stride = 3};
}

static void add_figure(cJSON *object, const char *name, double value) {
    if (value == value) // NAN: nothing to say
        cJSON_AddNumberToObject(object, name, value);
}

static void report_clip(const struct making *m, uint32_t i, const struct reconstruction *sums, cJSON *clips) {
    double psnr = reconstruction_psnr(sums), foreground = reconstruction_foreground_psnr(sums);
    const char *kind = m->work.kinds.names[m->found[i].class];
    cJSON *clip = cJSON_CreateObject();
    cJSON_AddStringToObject(clip, "clip", m->paths[i]);
    cJSON_AddStringToObject(clip, "kind", kind);
    add_figure(clip, "psnr_db", psnr);
    add_figure(clip, "foreground_psnr_db", foreground);
    add_figure(clip, "ssim", reconstruction_ssim(sums));
    cJSON_AddNumberToObject(clip, "elbo_nats", m->found[i].elbo);
    cJSON_AddItemToArray(clips, clip);
    if (!m->v->common.json && !m->v->common.quiet)
        printf("%-32s %-12s PSNR %5.2f dB, of the foreground %5.2f dB\n", path_base(m->paths[i]), kind, psnr,
               foreground);
}

static bool report(struct making *m, struct cli_error *error) {
    char line[PATH_CAPACITY + 64];
    cJSON *root = work_json(&m->work), *clips = cJSON_AddArrayToObject(root, "clips");
    cJSON_AddStringToObject(root, "out", m->v->common.out);
    for (uint32_t i = 0; i < m->count; i++) {
        struct reconstruction sums = {0};
        struct clip_view original = view_of(m, i, 0), made = view_of(m, i, 1);
        if (!cli_check(error, reconstruction_add(&sums, &original, &made), "measuring %s", m->paths[i])) {
            cJSON_Delete(root);
            return false;
        }
        report_clip(m, i, &sums, clips);
    }
    snprintf(line, sizeof line, "%u clip%s and reconstruction%s in %s", m->count, m->count > 1 ? "s" : "",
             m->count > 1 ? "s" : "", m->v->common.out);
    return work_report(&m->work, root, line, error);
}

static bool make(struct making *m, struct cli_error *error) {
    const struct grid grid = {.columns = 2, .rows = m->count};
    return clip_write_check(m->v->common.out, m->v->common.force, error) &&
           picture_check(&m->work, &grid, weights_config(m->work.weights)->d, 3 * m->count, error) &&
           make_room(m, error) && read_all(m, error) && work_start(&m->work, m->work.kinds.count, error) &&
           points_begin(&m->points, &m->work, m->count, error) && encode_all(m, error) &&
           decode_all(m, error) && write_grid(m, error) && report(m, error);
}

extern const struct command cmd_reconstruct;

static bool choose_kind(struct making *m, struct cli_error *error) {
    m->kind = GENERATOR_ANY_CLASS;
    return m->v->kind == NULL || kinds_choose(&m->work.kinds, m->v->kind, &m->kind, error);
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct making m = {.v = values, .paths = args, .count = (uint32_t)arg_count};
    m.fitting = m.v->common;
    if (m.v->common.out == NULL)
        return cli_usage(error, "say where to write: -o FILE; " CLIP_WRITE_FORMATS);
    bool done = work_begin(&m.work, &cmd_reconstruct, values, args, arg_count, error);
    m.work.values = &m.fitting;
    done = done && choose_kind(&m, error) && make(&m, error);
    points_destroy(&m.points);
    work_close(&m.work);
    free(m.found);
    free(m.rgb);
    return done;
}

const struct command cmd_reconstruct = {
    .name = "reconstruct",
    .summary = "show clips beside what the model makes of them",
    .text = "Each CLIP is encoded to z and decoded again, as `mograph encode` and `mograph decode` do it. "
            "It may be a GIF, a\n"
            "WebP, a PNG folder or a video; it is cropped and resampled to the model's size first.\n"
            "The extension of -o decides: " CLIP_WRITE_FORMATS ".\n",
    .args = "CLIP...",
    .min_args = 1,
    .max_args = MAX_CLIPS,
    .options = options,
    .values_size = sizeof(struct reconstruct_values),
    .given = offsetof(struct reconstruct_values, common.given),
    .run = run,
};
