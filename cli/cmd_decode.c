// mograph decode: the clip of a z.
#include "cli/generate/picture.h"
#include "cli/generate/points.h"
#include "cli/media/write.h"

#include <stdlib.h>

struct decode_values {
    struct work_values common;
};

static const struct option options[] = {
    {OPTION_WORK_WEIGHTS(struct decode_values)},
    {OPTION_WORK_OUT(struct decode_values, "where to write the clip")},
    {OPTION_WORK_FPS(struct decode_values, "frames a second (default 25)")},
    {OPTION_WORK_SCALE(struct decode_values)},
    {OPTION_WORK_DEVICE(struct decode_values)},
    {OPTION_WORK_NO_TUNE(struct decode_values)},
    {OPTION_WORK_FORCE(struct decode_values)},
    {OPTION_WORK_QUIET(struct decode_values)},
    {OPTION_WORK_JSON(struct decode_values)},
    {0}};

static bool write_clip(struct work *work, const char *path, const uint8_t *rgb, struct cli_error *error) {
    char line[5000];
    if (!picture_write_one(work, rgb, work->values->out, path_base(path), error))
        return false;
    cJSON *root = work_json(work);
    cJSON_AddStringToObject(root, "out", work->values->out);
    snprintf(line, sizeof line, "%.400s in %s", path_base(path), work->values->out);
    return work_report(work, root, line, error);
}

static bool make(struct work *work, const char *path, struct cli_error *error) {
    struct source source = {.type = SOURCE_Z, .path = path};
    const struct grid one = {.columns = 1, .rows = 1};
    struct points points = {0};
    if (!picture_check(work, &one, weights_config(work->weights)->d, 1, error) ||
        !points_read_source(work, &source, error) || !work_start(work, 1, error))
        return false;
    uint8_t *rgb = malloc(work_clip_bytes(work));
    bool done = (rgb != NULL || cli_no_memory(error, NULL)) && points_begin(&points, work, 1, error) &&
                points_from_source(&points, work, 0, &source, 0, 0, NULL, NULL, error) &&
                points_decode(work, &points, rgb, error) && write_clip(work, path, rgb, error);
    points_destroy(&points);
    free(rgb);
    return done;
}

extern const struct command cmd_decode;

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct decode_values *v = values;
    struct work work;
    if (v->common.out == NULL)
        return cli_usage(error, "say where to write: -o FILE; " CLIP_WRITE_FORMATS);
    if (!clip_write_check(v->common.out, v->common.force, error))
        return false;
    bool done = work_begin(&work, &cmd_decode, values, args, arg_count, error) && make(&work, args[0], error);
    work_close(&work);
    return done;
}

const struct command cmd_decode = {
    .name = "decode",
    .summary = "make the clip of a saved z",
    .text = "The z comes from `mograph encode` or `mograph generate --save-z`.\nThe extension of -o "
            "decides: " CLIP_WRITE_FORMATS ".\n",
    .args = "NAME.z.safetensors",
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .values_size = sizeof(struct decode_values),
    .given = offsetof(struct decode_values, common.given),
    .run = run,
};
