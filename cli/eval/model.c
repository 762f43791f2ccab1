// Opens the model under evaluation, maps its classes to the data's kinds, decodes points of its noise space.
#include "cli/eval/model.h"

#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 8 };

static bool check_size(const struct weights *weights, const char *path, const struct eval_data *data) {
    const struct vae_config *c = weights_config(weights);
    if (c->d == data->d && c->h == data->h && c->w == data->w)
        return true;
    cli_fail(
        "%s is a model of clips of %ux%ux%u, these are of %ux%ux%u: `mograph dataset import` brings clips to "
        "another size",
        path, c->w, c->h, c->d, data->w, data->h, data->d);
    return false;
}

static bool find_class(const struct weights *weights, const char *kind, uint32_t *class) {
    for (*class = 0; *class < weights_config(weights)->classes; (*class)++)
        if (strcmp(weights_class_name(weights, *class), kind) == 0)
            return true;
    return false;
}

static bool map_kinds(struct eval_model *model, const char *path, const struct eval_data *data) {
    const struct data_set *set = &data->set;
    model->class_of = malloc(set->kind_count * sizeof *model->class_of);
    model->val_classes = malloc((data->val.source.count + 1) * sizeof *model->val_classes);
    if (model->class_of == NULL || model->val_classes == NULL)
        return eval_no_memory() == RT_OK;
    for (uint32_t k = 0; k < set->kind_count; k++)
        if (!find_class(model->weights, set->kinds[k], &model->class_of[k])) {
            cli_fail("%s has not learnt the kind \"%s\" of these clips", path, set->kinds[k]);
            return false;
        }
    for (uint32_t i = 0; i < data->val.source.count; i++)
        model->val_classes[i] = model->class_of[data->val.classes[i]];
    model->val = data->val.source;
    model->val.classes = model->val_classes;
    return true;
}

bool eval_model_open(struct eval_model *model, struct op_library *library, const char *path,
                     const struct eval_data *data) {
    *model = (struct eval_model){.library = library};
    return weights_open(path, &model->weights) == RT_OK && check_size(model->weights, path, data) &&
           map_kinds(model, path, data) &&
           generator_create(library, model->weights, BATCH, &model->generator) == RT_OK;
}

void eval_model_close(struct eval_model *model) {
    generator_destroy(&model->generator);
    weights_close(&model->weights);
    free(model->class_of);
    free(model->val_classes);
}

// --- points

bool eval_points_create(struct eval_points *points, const struct eval_model *model, uint32_t count) {
    *points = (struct eval_points){.count = count,
                                   .numbers = generator_space(model->generator)->count,
                                   .classes = weights_config(model->weights)->classes};
    points->noise = calloc((size_t)count * points->numbers, sizeof *points->noise);
    points->weights = calloc((size_t)count * points->classes, sizeof *points->weights);
    return (points->noise != NULL && points->weights != NULL) || eval_no_memory() == RT_OK;
}

void eval_points_destroy(struct eval_points *points) {
    free(points->noise);
    free(points->weights);
    *points = (struct eval_points){0};
}

static float *noise_at(const struct eval_points *points, uint32_t i) {
    return points->noise + (size_t)i * points->numbers;
}

static float *weights_at(const struct eval_points *points, uint32_t i) {
    return points->weights + (size_t)i * points->classes;
}

void eval_points_draw(struct eval_points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                      const struct eval_drawing *how) {
    weights_at(points, at)[model->class_of[kind]] = 1.0f;
    const struct generator_draw draw = {.seed = how->seed,
                                        .temperature = how->temperature,
                                        .fine = how->fine,
                                        .weights = weights_at(points, at)};
    generator_draw(model->generator, &draw, noise_at(points, at));
}

enum rt_status eval_points_encode(struct eval_points *points, uint32_t at, const struct eval_model *model,
                                  uint32_t kind, const uint8_t *rgb) {
    struct generator_encoding encoding;
    weights_at(points, at)[model->class_of[kind]] = 1.0f;
    return generator_encode(model->generator, rgb, model->class_of[kind], noise_at(points, at), &encoding);
}

static void mix(const float *a, const float *b, float t, uint32_t count, float *out) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = (1.0f - t) * a[i] + t * b[i];
}

void eval_points_mix(struct eval_points *points, uint32_t at, const struct eval_points *from, uint32_t a,
                     uint32_t b, float t) {
    mix(noise_at(from, a), noise_at(from, b), t, points->numbers, noise_at(points, at));
    mix(weights_at(from, a), weights_at(from, b), t, points->classes, weights_at(points, at));
}

enum rt_status eval_points_decode(const struct eval_points *points, const struct eval_model *model,
                                  uint32_t first, uint32_t count, uint8_t *rgb) {
    uint32_t batch = generator_batch(model->generator);
    enum rt_status status = RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i += batch)
        status = evaluator_decode(generator_evaluator(model->generator), noise_at(points, first + i),
                                  weights_at(points, first + i), count - i < batch ? count - i : batch,
                                  rgb + i * generator_clip_bytes(model->generator));
    return status;
}
