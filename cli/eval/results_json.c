// Writes results as JSON.
#include "cli/eval/results_json.h"

#include <math.h>

static cJSON *number(double value) {
    return isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull();
}

static void add(cJSON *object, const char *key, double value) {
    cJSON_AddItemToObject(object, key, number(value));
}

static cJSON *figures_json(const struct eval_figures *figures) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "clips", figures->count);
    for (int i = 0; i < FIGURE_COUNT; i++)
        add(object, eval_figure_table[i].key, figures->at[i]);
    return object;
}

static cJSON *column_json(const struct eval_results *r, enum eval_column column) {
    cJSON *object = figures_json(&r->all[column]), *kinds = cJSON_CreateObject();
    for (uint32_t kind = 0; kind < r->kind_count; kind++)
        cJSON_AddItemToObject(kinds, r->kinds[kind], figures_json(&r->by_kind[column][kind]));
    cJSON_AddItemToObject(object, "kinds", kinds);
    return object;
}

static cJSON *levels_json(const struct eval_results *r) {
    cJSON *levels = cJSON_CreateArray();
    for (uint32_t i = 0; i < r->level_count; i++) {
        cJSON *level = cJSON_CreateObject();
        add(level, "kl", (double)r->reconstruction.kl[i]);
        cJSON_AddNumberToObject(level, "active_units", r->reconstruction.active_units[i]);
        cJSON_AddNumberToObject(level, "units", r->units[i]);
        cJSON_AddItemToArray(levels, level);
    }
    return levels;
}

static cJSON *reconstruction_json(const struct eval_results *r) {
    const struct validation *v = &r->reconstruction;
    cJSON *object = cJSON_CreateObject(), *black = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "clips", r->validation_clips);
    add(object, "psnr", (double)v->psnr);
    add(object, "foreground_psnr", (double)v->foreground_psnr);
    add(object, "ssim", (double)v->ssim);
    add(object, "bits_per_dimension", (double)v->bits_per_dimension);
    cJSON_AddItemToObject(object, "levels", levels_json(r));
    add(black, "psnr", r->black_psnr);
    add(black, "foreground_psnr", r->black_foreground_psnr);
    add(black, "ssim", r->black_ssim);
    cJSON_AddItemToObject(object, "black", black);
    return object;
}

static cJSON *way_json(const struct morph_way *way) {
    cJSON *object = cJSON_CreateObject();
    add(object, "peak", way->peak);
    add(object, "sharpness", way->sharpness);
    add(object, "largest_over_mean", way->largest_over_mean);
    add(object, "path_length", way->path_length);
    return object;
}

static cJSON *morph_json(const struct eval_morph *morph) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "pairs", morph->pairs);
    cJSON_AddItemToObject(object, "morph", way_json(&morph->morph));
    cJSON_AddItemToObject(object, "cross_fade", way_json(&morph->fade));
    return object;
}

static cJSON *judged_json(const struct judging_set *judged) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", judged->name);
    cJSON_AddStringToObject(object, "hash", judged->hash);
    return object;
}

static void add_settings(const struct eval_results *r, cJSON *object) {
    cJSON_AddItemToObject(object, "set", judged_json(&r->judged));
    cJSON_AddStringToObject(object, "data", r->data);
    cJSON_AddStringToObject(object, "weights", r->weights);
    cJSON_AddStringToObject(object, "weights_hash", r->hash);
    cJSON_AddStringToObject(object, "device", r->device);
    cJSON_AddNumberToObject(object, "n", r->n);
    cJSON_AddNumberToObject(object, "seed", (double)r->drawing.seed);
    cJSON_AddNumberToObject(object, "temperature", (double)r->drawing.temperature);
    cJSON_AddNumberToObject(object, "fine", (double)r->drawing.fine);
    cJSON_AddNumberToObject(object, "training_clips", r->training_clips);
}

cJSON *eval_results_json(const struct eval_results *r) {
    cJSON *object = cJSON_CreateObject(), *morphs = cJSON_CreateObject();
    add_settings(r, object);
    cJSON_AddItemToObject(object, "reconstruction", reconstruction_json(r));
    for (int column = 0; column < COLUMN_COUNT; column++)
        cJSON_AddItemToObject(object, eval_column_names[column], column_json(r, (enum eval_column)column));
    cJSON_AddItemToObject(morphs, "kinds", morph_json(&r->kind_morphs));
    cJSON_AddItemToObject(morphs, "clips", morph_json(&r->clip_morphs));
    cJSON_AddItemToObject(object, "morphs", morphs);
    return object;
}
