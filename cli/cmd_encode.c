// mograph encode: the z of a clip.
#include "cli/generate/points.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct encode_values {
    struct work_values common;
    const char *kind;
};

static const struct option options[] = {
    {OPTION_WORK_WEIGHTS(struct encode_values)},
    {OPTION_WORK_OUT(struct encode_values, "the z file to write: NAME.z.safetensors")},
    {OPTION_FIELD(struct encode_values, kind), .name = "kind", .value = "K",
     .help = "what kind the clip is (default: the one under which it is most likely)"},
    {OPTION_WORK_DEVICE(struct encode_values)},
    {OPTION_WORK_NO_TUNE(struct encode_values)},
    {OPTION_WORK_FORCE(struct encode_values)},
    {OPTION_WORK_QUIET(struct encode_values)},
    {OPTION_WORK_JSON(struct encode_values)},
    {0}};

static bool report(struct work *work, const char *path, const struct generator_encoding *encoding,
                   struct cli_error *error) {
    char line[5000];
    uint32_t levels = generator_space(work->generator)->level_count;
    cJSON *root = work_json(work), *kl = cJSON_AddArrayToObject(root, "kl_nats");
    cJSON_AddStringToObject(root, "out", work->values->out);
    cJSON_AddStringToObject(root, "kind", work->kinds.names[encoding->class]);
    cJSON_AddNumberToObject(root, "elbo_nats", encoding->elbo);
    for (uint32_t l = 0; l < levels; l++)
        cJSON_AddItemToArray(kl, cJSON_CreateNumber(encoding->kl[l]));
    snprintf(line, sizeof line, "%.400s as %s, in %s", path_base(path), work->kinds.names[encoding->class],
             work->values->out);
    return work_report(work, root, line, error);
}

static bool make(struct work *work, const struct source *source, uint32_t kind, struct cli_error *error) {
    const char *path = source->path;
    struct generator_encoding encoding;
    struct points points = {0};
    char what[600];
    if (!work_start(work, work->kinds.count, error))
        return false;
    bool done = points_begin(&points, work, 1, error) &&
                points_from_source(&points, work, 0, source, 0, kind, NULL, &encoding, error);
    if (done) {
        snprintf(what, sizeof what, "%.400s as %.100s", path_base(path), work->kinds.names[encoding.class]);
        done = points_save(&points, work, 0, work->values->out, what, error) &&
               report(work, path, &encoding, error);
    }
    points_destroy(&points);
    return done;
}

extern const struct command cmd_encode;

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct encode_values *v = values;
    struct source source = {.type = SOURCE_CLIP, .path = args[0]};
    struct work work;
    uint32_t kind = GENERATOR_ANY_CLASS;
    if (v->common.out == NULL)
        return cli_usage(error, "say where to write: -o NAME.z.safetensors");
    if (!path_has_extension(v->common.out, ".safetensors"))
        return cli_usage(error, "-o is \"%.80s\": a z file is named NAME.z.safetensors", v->common.out);
    bool done = work_begin(&work, &cmd_encode, values, args, arg_count, error) &&
                (v->kind == NULL || kinds_choose(&work.kinds, v->kind, &kind, error)) &&
                points_check_path(&work, v->common.out, error) && points_read_source(&work, &source, error) &&
                make(&work, &source, kind, error);
    work_close(&work);
    free(source.rgb);
    return done;
}

const struct command cmd_encode = {
    .name = "encode",
    .summary = "find the z of a clip",
    .text = "CLIP is a GIF, a WebP, a PNG folder or a video; "
            "it is cropped and resampled to the model's size. z is the\n"
            "noise from which the decoder makes the reconstruction; "
            "`mograph decode` and `mograph morph` take it.\n",
    .args = "CLIP",
    .min_args = 1,
    .max_args = 1,
    .options = options,
    .values_size = sizeof(struct encode_values),
    .given = offsetof(struct encode_values, common.given),
    .run = run,
};
