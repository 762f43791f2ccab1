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
    OPTION_WORK_WEIGHTS(struct reconstruct_values),
    OPTION_WORK_OUT(struct reconstruct_values,
                    "where to write: a row for each clip, the original to the left"),
    {OPTION_FIELD(struct reconstruct_values, kind), .name = "kind", .value = "K",
     .help = "what kind the clips are (default: for each the one under which it is most likely)"},
    OPTIONS_WORK_CLIP(struct reconstruct_values, "frames a second (default: as fast as the first clip)"),
    OPTIONS_WORK_REST(struct reconstruct_values),
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

static bool make_room(struct making *m) {
    m->found = calloc(m->count, sizeof *m->found);
    m->rgb = malloc(2 * m->count * work_clip_bytes(&m->work));
    if (m->found == NULL || m->rgb == NULL)
        return cli_fail("out of memory for %u clips", m->count), false;
    return points_begin(&m->points, &m->work, m->count);
}

static bool encode_one(struct making *m, uint32_t i) {
    uint8_t *rgb;
    double fps;
    if (!points_read_clip(&m->work, m->paths[i], &rgb, &fps))
        return false;
    memcpy(picture(m, i, 0), rgb, work_clip_bytes(&m->work));
    free(rgb);
    if (i == 0 && m->v->common.fps == 0.0)
        m->fitting.fps = fps < 1.0 ? 1.0 : fps > 100.0 ? 100.0 : fps;
    if (generator_encode(m->work.generator, picture(m, i, 0), m->kind, points_noise(&m->points, i),
                         &m->found[i]) != RT_OK)
        return false;
    points_weights(&m->points, i)[m->found[i].class] = 1.0f;
    return true;
}

static int encode_all(struct making *m) {
    work_progress(&m->work, "encoding", m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        if (!encode_one(m, i))
            return CLI_FAILED;
        if (!work_step(&m->work, i + 1))
            return work_progress_end(&m->work), work_stopped();
    }
    work_progress_end(&m->work);
    return 0;
}

// Into the second column, through memory of the first size.
static int decode_all(struct making *m) {
    size_t bytes = work_clip_bytes(&m->work);
    uint8_t *decoded = malloc(m->count * bytes);
    int status = decoded != NULL ? points_decode(&m->work, &m->points, decoded) : cli_fail("out of memory");
    for (uint32_t i = 0; i < m->count && status == 0; i++)
        memcpy(picture(m, i, 1), decoded + i * bytes, bytes);
    free(decoded);
    return status;
}

static int write_grid(struct making *m) {
    const struct grid grid = {.columns = 2, .rows = m->count};
    struct media_error error = {""};
    char what[64];
    struct clip clip;
    snprintf(what, sizeof what, "%u reconstruction%s", m->count, m->count > 1 ? "s" : "");
    if (!picture_lay_out(&m->work, &grid, generator_config(m->work.generator)->d, m->rgb, 2 * m->count, &clip,
                         &error))
        return cli_fail("%s", error.text);
    bool ok = picture_write(&m->work, &clip, m->v->common.out, what, &error);
    clip_destroy(&clip);
    return ok ? 0 : cli_fail("%s", error.text);
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

static int report(struct making *m) {
    char line[PATH_CAPACITY + 64];
    cJSON *root = work_json(&m->work), *clips = cJSON_AddArrayToObject(root, "clips");
    cJSON_AddStringToObject(root, "out", m->v->common.out);
    for (uint32_t i = 0; i < m->count; i++) {
        struct reconstruction sums = {0};
        struct clip_view original = view_of(m, i, 0), made = view_of(m, i, 1);
        if (reconstruction_add(&sums, &original, &made) != RT_OK) {
            cJSON_Delete(root);
            return cli_fail("%s: its figures cannot be computed", m->paths[i]);
        }
        report_clip(m, i, &sums, clips);
    }
    snprintf(line, sizeof line, "%u clip%s and reconstruction%s in %s", m->count, m->count > 1 ? "s" : "",
             m->count > 1 ? "s" : "", m->v->common.out);
    return work_report(&m->work, root, line);
}

static int make(struct making *m) {
    struct media_error error = {""};
    if (!clip_write_check(m->v->common.out, m->v->common.force, &error))
        return cli_fail("%s", error.text);
    if (!work_start(&m->work, m->work.kinds.count) || !make_room(m))
        return CLI_FAILED;
    int status = encode_all(m);
    if (status == 0)
        status = decode_all(m);
    if (status == 0)
        status = write_grid(m);
    return status == 0 ? report(m) : status;
}

extern const struct command cmd_reconstruct;

static int choose_kind(struct making *m) {
    struct media_error error;
    m->kind = GENERATOR_ANY_CLASS;
    if (m->v->kind == NULL)
        return 0;
    m->kind = kinds_find(&m->work.kinds, m->v->kind, strlen(m->v->kind));
    if (m->kind != UINT32_MAX)
        return 0;
    kinds_refuse(&m->work.kinds, m->v->kind, &error);
    return cli_usage("reconstruct: %s", error.text);
}

static int run(const void *values, char **args, int arg_count) {
    struct making m = {.v = values, .paths = args, .count = (uint32_t)arg_count};
    m.fitting = m.v->common;
    int status = CLI_FAILED;
    if (m.v->common.out == NULL)
        return cli_usage("reconstruct: say where to write: -o FILE; " CLIP_WRITE_FORMATS);
    if (work_begin(&m.work, &cmd_reconstruct, values, args, arg_count)) {
        m.work.values = &m.fitting;
        status = choose_kind(&m);
        if (status == 0)
            status = make(&m);
    }
    points_destroy(&m.points);
    work_close(&m.work);
    free(m.found);
    free(m.rgb);
    return status;
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
