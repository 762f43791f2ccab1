// mograph morph: from clip to clip through the noise space.
#include "cli/generate/morph.h"
#include "cli/generate/picture.h"
#include "cli/media/write.h"
#include "runtime/align.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SOURCES = 64, MAX_STEPS = 1000, LABEL = 64 };
enum { STYLE_PLAY, STYLE_SHEET, STYLE_STRIP };

struct morph_values {
    struct work_values common;
    int64_t steps, dwell, seed;
    int style, interp, ease;
    bool loop;
    double temperature, fine;
};

#define FIELD(field) OPTION_FIELD(struct morph_values, field)

static const struct option options[] = {
    {OPTION_WORK_WEIGHTS(struct morph_values)},
    {OPTION_WORK_OUT(struct morph_values, "where to write the morph")},
    {FIELD(style), .name = "style", .initial = "play", .choices = "play|sheet|strip",
     .help = "play: the motion goes on while t travels, every frame is of its own z(t); "
             "sheet: a grid, t from 0 to 1 across, all playing at once; "
             "strip: one whole clip for each t, one after another"},
    {FIELD(steps), .name = "steps", .min = 1, .max = MAX_STEPS,
     .help = "between two sources: frames on the way (play, default 16), "
             "values of t from 0 to 1 (sheet and strip, default 7)"},
    {FIELD(interp), .name = "interp", .initial = "lerp", .choices = "lerp|slerp|spline",
     .help = "the way between two z, see above"},
    {FIELD(ease), .name = "ease", .initial = "sine", .choices = "linear|sine|cubic",
     .help = "play: the pace between two sources: even, slow at both ends, slower still"},
    {FIELD(dwell), .name = "dwell", .value = "F", .initial = "8", .min = 1, .max = MAX_STEPS,
     .help = "play: frames for which each source stays as it is"},
    {FIELD(loop), .name = "loop", .help = "from the last source back to the first, without a seam"},
    {FIELD(seed), .name = "seed", .initial = "1", .min = 0, .max = 9e15,
     .help = "for kinds without one: the first source takes it, the next one the next"},
    {FIELD(temperature), .name = "temperature", .value = "T", .initial = "1", .min = 0, .max = 4,
     .help = "spread of the noise of kinds and seeds, as in `mograph generate`"},
    {FIELD(fine), .name = "fine", .value = "F", .initial = "1", .min = 0, .max = 4,
     .help = "noise of their finer levels, as in `mograph generate`"},
    {OPTION_WORK_FPS(struct morph_values, "frames a second (default 25)")},
    {OPTION_WORK_SCALE(struct morph_values)},
    {OPTION_WORK_DEVICE(struct morph_values)},
    {OPTION_WORK_NO_TUNE(struct morph_values)},
    {OPTION_WORK_FORCE(struct morph_values)},
    {OPTION_WORK_QUIET(struct morph_values)},
    {OPTION_WORK_JSON(struct morph_values)},
    {0}};

// What one invocation holds.
struct making {
    struct work work;
    const struct morph_values *v;
    uint32_t count;
    struct source sources[MAX_SOURCES];
    char labels[MAX_SOURCES][LABEL];
    struct morph morph;
};

static uint32_t segments(const struct making *m) {
    return m->v->loop ? m->count : m->count - 1;
}

static uint32_t steps(const struct making *m) {
    return m->v->steps > 0 ? (uint32_t)m->v->steps : m->v->style == STYLE_PLAY ? 16 : 7;
}

// --- the command line

static bool given(const struct making *m, const char *name) {
    for (int i = 0; options[i].name != NULL; i++)
        if (strcmp(options[i].name, name) == 0)
            return m->v->common.given >> i & 1;
    return false;
}

static bool check_options(const struct making *m, struct cli_error *error) {
    if (m->v->common.out == NULL)
        return cli_usage(error, "say where to write: -o FILE; " CLIP_WRITE_FORMATS);
    if (m->v->style != STYLE_PLAY && (given(m, "ease") || given(m, "dwell")))
        return cli_usage(error, "--ease and --dwell are for --style play");
    if (m->v->style != STYLE_PLAY && m->v->steps == 1)
        return cli_usage(error, "--steps 1 leaves nothing between the sources: give 2 or more");
    return true;
}

static bool parse_sources(struct making *m, char *const *args, struct cli_error *error) {
    for (uint32_t i = 0; i < m->count; i++) {
        if (!source_parse(args[i], &m->work.kinds, &m->sources[i], error))
            return false;
        if (m->sources[i].type == SOURCE_KIND && !m->sources[i].seeded) {
            m->sources[i].seeded = true;
            m->sources[i].seed = (uint64_t)m->v->seed + i;
        }
        source_label(&m->sources[i], &m->work.kinds, m->labels[i], LABEL);
    }
    return true;
}

// --- what the file will be

// What a sheet's margins say.
struct sheet_names {
    char t[MAX_STEPS][8], ways[MAX_SOURCES][2 * LABEL + 4];
    const char *columns[MAX_STEPS], *rows[MAX_SOURCES];
};

static struct grid sheet_grid(const struct making *m, struct sheet_names *names) {
    for (uint32_t i = 0; i < steps(m); i++) {
        snprintf(names->t[i], sizeof names->t[i], "%.2f", (double)i / (steps(m) - 1));
        names->columns[i] = names->t[i];
    }
    for (uint32_t s = 0; s < segments(m); s++) {
        snprintf(names->ways[s], sizeof names->ways[s], "%s > %s", m->labels[s],
                 m->labels[(s + 1) % m->count]);
        names->rows[s] = names->ways[s];
    }
    return (struct grid){
        .columns = steps(m), .rows = segments(m), .column_names = names->columns, .row_names = names->rows};
}

// Judged before the work, not after it.
static bool check_picture(const struct making *m, struct cli_error *error) {
    const struct grid one = {.columns = 1, .rows = 1};
    uint32_t frames = weights_config(m->work.weights)->d, clips = segments(m) * steps(m);
    struct sheet_names names;
    if (m->v->style == STYLE_SHEET) {
        struct grid grid = sheet_grid(m, &names);
        return picture_check(&m->work, &grid, frames, clips, error);
    }
    if (m->v->style == STYLE_STRIP)
        return picture_check(&m->work, &one, clips * frames, clips, error);
    uint32_t shown = clips + m->count * (uint32_t)m->v->dwell;
    return picture_check(&m->work, &one, shown, rt_div_up(shown, frames), error);
}

static bool read_sources(struct making *m, struct cli_error *error) {
    for (uint32_t i = 0; i < m->count; i++)
        if (!points_read_source(&m->work, &m->sources[i], error))
            return false;
    return true;
}

// --- keyframes

static bool make_keys(struct making *m, struct cli_error *error) {
    const struct point_draw draw = {.temperature = (float)m->v->temperature, .fine = (float)m->v->fine};
    if (!points_begin(&m->morph.keys, &m->work, m->count, error))
        return false;
    // Clips last: what can be wrong with a z shows before any is encoded.
    for (int clips = 0; clips < 2; clips++)
        for (uint32_t i = 0; i < m->count; i++)
            if ((m->sources[i].type == SOURCE_CLIP) == (clips == 1) &&
                !points_from_source(&m->morph.keys, &m->work, i, &m->sources[i], m->sources[i].seed,
                                    GENERATOR_ANY_CLASS, &draw, NULL, error))
                return false;
    m->morph.work = &m->work;
    m->morph.path = (struct noise_path){.space = generator_space(m->work.generator),
                                        .interpolation = (enum noise_interpolation)m->v->interp,
                                        .keys = m->morph.keys.noise,
                                        .key_count = m->count,
                                        .loop = m->v->loop};
    return true;
}

// --- styles

static bool make_play(struct making *m, struct clip *out, struct cli_error *error) {
    const struct timeline timeline = {.keys = m->count,
                                      .steps = steps(m),
                                      .dwell = (uint32_t)m->v->dwell,
                                      .ease = (enum ease)m->v->ease,
                                      .loop = m->v->loop};
    const struct grid grid = {.columns = 1, .rows = 1};
    struct clip plain;
    if (!morph_play(&m->morph, &timeline, &plain, error))
        return false;
    bool done = picture_lay_out(&m->work, &grid, plain.frames, plain.rgb, 1, out, error);
    clip_destroy(&plain);
    return done;
}

// Values of t, both ends included: of every segment for a sheet; for a strip without the ends that two
// segments, or the end and the beginning of a loop, have in common.
static uint32_t list_positions(const struct making *m, double *positions) {
    uint32_t count = 0, n = steps(m);
    for (uint32_t s = 0; s < segments(m); s++)
        for (uint32_t i = 0; i < n; i++) {
            bool shared = m->v->style == STYLE_STRIP && i + 1 == n && (s + 1 < segments(m) || m->v->loop);
            if (!shared)
                positions[count++] = s + (double)i / (n - 1);
        }
    return count;
}

static bool lay_sheet(const struct making *m, const uint8_t *rgb, uint32_t count, struct clip *out,
                      struct cli_error *error) {
    struct sheet_names names;
    const struct grid grid = sheet_grid(m, &names);
    return picture_lay_out(&m->work, &grid, generator_config(m->work.generator)->d, rgb, count, out, error);
}

static bool make_sheet_or_strip(struct making *m, struct clip *out, struct cli_error *error) {
    double *positions = malloc((size_t)segments(m) * steps(m) * sizeof *positions);
    uint32_t count = positions != NULL ? list_positions(m, positions) : 0;
    uint8_t *rgb = NULL;
    bool done = (positions != NULL || cli_no_memory(error, NULL)) &&
                morph_clips(&m->morph, positions, count, &rgb, error);
    const struct grid one = {.columns = 1, .rows = 1};
    if (done && m->v->style == STYLE_SHEET)
        done = lay_sheet(m, rgb, count, out, error);
    else if (done)
        done = picture_lay_out(&m->work, &one, count * generator_config(m->work.generator)->d, rgb, 1, out,
                               error);
    free(positions);
    free(rgb);
    return done;
}

// --- the end

static void what_of(const struct making *m, char *text, size_t size) {
    size_t used = 0;
    for (uint32_t i = 0; i < m->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " > " : "", m->labels[i]);
}

static bool report(struct making *m, const struct clip *clip, struct cli_error *error) {
    char line[PATH_CAPACITY + 64];
    cJSON *root = work_json(&m->work), *sources = cJSON_AddArrayToObject(root, "sources");
    cJSON_AddStringToObject(root, "out", m->v->common.out);
    cJSON_AddNumberToObject(root, "frames", clip->frames);
    cJSON_AddNumberToObject(root, "width", clip->width);
    cJSON_AddNumberToObject(root, "height", clip->height);
    cJSON_AddNumberToObject(root, "fps", picture_fps(&m->work));
    for (uint32_t i = 0; i < m->count; i++)
        cJSON_AddItemToArray(sources, cJSON_CreateString(m->labels[i]));
    snprintf(line, sizeof line, "%u frames of %ux%u in %s", clip->frames, clip->width, clip->height,
             m->v->common.out);
    return work_report(&m->work, root, line, error);
}

static bool make(struct making *m, struct cli_error *error) {
    char what[1000];
    struct clip clip;
    if (!clip_write_check(m->v->common.out, m->v->common.force, error) || !check_picture(m, error) ||
        !read_sources(m, error) || !work_start(&m->work, 8, error) || !make_keys(m, error))
        return false;
    bool done = m->v->style == STYLE_PLAY ? make_play(m, &clip, error) : make_sheet_or_strip(m, &clip, error);
    if (!done)
        return false;
    what_of(m, what, sizeof what);
    done = picture_write(&m->work, &clip, m->v->common.out, what, error) && report(m, &clip, error);
    clip_destroy(&clip);
    return done;
}

extern const struct command cmd_morph;

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    struct making *m = calloc(1, sizeof *m);
    if (m == NULL)
        return cli_no_memory(error, NULL);
    m->v = values;
    m->count = (uint32_t)arg_count;
    bool done = check_options(m, error) && work_begin(&m->work, &cmd_morph, values, args, arg_count, error) &&
                parse_sources(m, args, error) && make(m, error);
    points_destroy(&m->morph.keys);
    work_close(&m->work);
    for (uint32_t i = 0; i < m->count; i++)
        free(m->sources[i].rgb);
    free(m);
    return done;
}

const struct command cmd_morph = {
    .name = "morph",
    .summary = "morph between clips, kinds and seeds",
    .text =
        "A SOURCE is a kind (burst), a kind with a seed (burst:7), a seed (seed:7), "
        "a saved z (file.z.safetensors) or any\n"
        "clip that can be read, which is then encoded. More than two are keyframes, one after another.\n\n"
        "Ways between two z, and the norm of z, which the decoder expects to be that of noise:\n"
        "  lerp    z = (1-t) z1 + t z2: the article's formula, t counted from the first source. The norm\n"
        "          falls, half-way between two unrelated z to about 0.7: "
        "the picture there is a more usual one.\n"
        "  slerp   along the arc, level by level. The norm goes evenly from one end's to the other's.\n"
        "  spline  Catmull-Rom through all sources, so that the way has no corners. "
        "The norm falls as with lerp.\n\n"
        "The extension of -o decides: " CLIP_WRITE_FORMATS ".\n",
    .args = "SOURCE SOURCE [SOURCE...]",
    .min_args = 2,
    .max_args = MAX_SOURCES,
    .options = options,
    .values_size = sizeof(struct morph_values),
    .given = offsetof(struct morph_values, common.given),
    .run = run,
};
