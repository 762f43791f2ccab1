// Opens the model under evaluation, maps its classes to the data's kinds, decodes points of its noise space.
#include "cli/eval/model.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 8 };

static bool check_size(const struct weights *weights, const char *path, const struct eval_data *data,
                       struct cli_error *error) {
    const struct vae_config *c = weights_config(weights);
    return (c->d == data->d && c->h == data->h && c->w == data->w) ||
           cli_fail(error, NULL,
                    "%.400s is a model of clips of %ux%ux%u, these are of %ux%ux%u: `mograph dataset import` "
                    "brings clips to another size",
                    path, c->w, c->h, c->d, data->w, data->h, data->d);
}

static bool find_class(const struct weights *weights, const char *kind, uint32_t *class) {
    for (*class = 0; *class < weights_config(weights)->classes; (*class)++)
        if (strcmp(weights_class_name(weights, *class), kind) == 0)
            return true;
    return false;
}

static bool map_kinds(struct eval_model *model, const char *path, const struct eval_data *data,
                      struct cli_error *error) {
    const struct data_set *set = &data->set;
    model->class_of = malloc(set->kind_count * sizeof *model->class_of);
    model->val_classes = malloc((data->val.source.count + 1) * sizeof *model->val_classes);
    if (model->class_of == NULL || model->val_classes == NULL)
        return eval_no_memory(error);
    for (uint32_t k = 0; k < set->kind_count; k++)
        if (!find_class(model->weights, set->kinds[k], &model->class_of[k]))
            return cli_fail(error, NULL, "%.400s has not learnt the kind \"%s\" of these clips", path,
                            set->kinds[k]);
    for (uint32_t i = 0; i < data->val.source.count; i++)
        model->val_classes[i] = model->class_of[data->val.classes[i]];
    model->val = data->val.source;
    model->val.classes = model->val_classes;
    return true;
}

bool eval_model_open(struct eval_model *model, struct op_library *library, const char *path,
                     const struct eval_data *data, struct cli_error *error) {
    *model = (struct eval_model){.library = library};
    return cli_check(error, weights_open(path, &model->weights), "opening %s", path) &&
           check_size(model->weights, path, data, error) && map_kinds(model, path, data, error) &&
           cli_check(error, generator_create(library, model->weights, BATCH, &model->generator),
                     "putting %s on the device", path);
}

void eval_model_close(struct eval_model *model) {
    generator_destroy(&model->generator);
    weights_close(&model->weights);
    free(model->class_of);
    free(model->val_classes);
}

// --- points

bool eval_points_create(struct points *points, const struct eval_model *model, uint32_t count,
                        struct cli_error *error) {
    return points_create(points, count, generator_space(model->generator)->count,
                         weights_config(model->weights)->classes) ||
           eval_no_memory(error);
}

void eval_points_draw(struct points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                      const struct point_draw *how) {
    points_draw(points, at, generator_prior(model->generator), model->class_of[kind], how);
}

bool eval_points_encode(struct points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                        const uint8_t *rgb, struct cli_error *error) {
    struct generator_encoding encoding;
    points_weights(points, at)[model->class_of[kind]] = 1.0f;
    enum rt_status status =
        generator_encode(model->generator, rgb, model->class_of[kind], points_noise(points, at), &encoding);
    return cli_check(error, status, "encoding a clip");
}

bool eval_points_decode(const struct points *points, const struct eval_model *model, uint32_t first,
                        uint32_t count, uint8_t *rgb, struct cli_error *error) {
    uint32_t batch = generator_batch(model->generator);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i += batch)
        status = evaluator_decode(generator_evaluator(model->generator), points_noise(points, first + i),
                                  points_weights(points, first + i), count - i < batch ? count - i : batch,
                                  rgb + i * generator_clip_bytes(model->generator));
    return cli_check(error, status, "decoding");
}
