// Saves and loads a point of the noise space.
#include "model/sample/z_file.h"

#include "runtime/log.h"

#include <stdio.h>
#include <string.h>

#define FORMAT_KEY "mograph.z"
#define FORMAT "1"
#define WEIGHTS_KEY "mograph.weights"
#define CLASSES_KEY "mograph.classes"

enum { NAMES_TEXT = 4096 };

static const char *tensor_name(char name[16], uint32_t level) {
    snprintf(name, 16, "eps.%u", level);
    return name;
}

static void shape_of(const struct vae_level *level, uint64_t shape[4]) {
    shape[0] = level->d;
    shape[1] = level->h;
    shape[2] = level->w;
    shape[3] = level->c_used;
}

// The classes' names in one line, '/' between.
static bool join_names(const struct generator *g, char text[NAMES_TEXT]) {
    size_t at = 0;
    for (uint32_t i = 0; i < generator_config(g)->classes; i++) {
        int written = snprintf(text + at, NAMES_TEXT - at, "%s%s", i > 0 ? "/" : "",
                               weights_class_name(generator_weights(g), i));
        if (written < 0 || (at += (size_t)written) >= NAMES_TEXT)
            return false;
    }
    return true;
}

static void add_all(struct safetensors_writer *writer, const struct generator *g, const float *noise,
                    const float *weights) {
    const struct noise_space *space = generator_space(g);
    char name[16];
    uint64_t shape[4], classes = generator_config(g)->classes;
    for (uint32_t l = 0; l < space->level_count; l++) {
        shape_of(generator_level(g, l), shape);
        safetensors_add(writer, tensor_name(name, l), SAFETENSORS_F32, 4, shape, noise + space->offset[l]);
    }
    safetensors_add(writer, "classes", SAFETENSORS_F32, 1, &classes, weights);
}

enum rt_status z_file_save(const char *path, const struct generator *g, const float *noise,
                           const float *weights, const struct safetensors_pair *pairs, uint32_t pair_count) {
    struct safetensors_writer *writer;
    char names[NAMES_TEXT];
    if (!join_names(g, names)) {
        rt_log(RT_LOG_ERROR, "%s: the names of the classes are too long", path);
        return RT_ERROR_INVALID;
    }
    enum rt_status status = safetensors_begin(path, &writer);
    if (status != RT_OK)
        return status;
    add_all(writer, g, noise, weights);
    safetensors_add_metadata(writer, FORMAT_KEY, FORMAT);
    safetensors_add_metadata(writer, WEIGHTS_KEY, weights_hash(generator_weights(g)));
    safetensors_add_metadata(writer, CLASSES_KEY, names);
    for (uint32_t i = 0; i < pair_count; i++)
        safetensors_add_metadata(writer, pairs[i].key, pairs[i].value);
    return safetensors_commit(&writer);
}

// Whether the file is one of ours and for such a model.
static enum rt_status check(const struct safetensors *file, const char *path, const struct generator *g) {
    const char *format = safetensors_metadata(file, FORMAT_KEY);
    const char *classes = safetensors_metadata(file, CLASSES_KEY);
    char names[NAMES_TEXT];
    if (format == NULL || classes == NULL)
        rt_log(RT_LOG_ERROR,
               "%s holds no z: `mograph encode` and `mograph generate --save-z` write such files", path);
    else if (strcmp(format, FORMAT) != 0)
        rt_log(RT_LOG_ERROR, "%s is of format %.20s; this version reads format " FORMAT, path, format);
    else if (!join_names(g, names) || strcmp(names, classes) != 0)
        rt_log(RT_LOG_ERROR, "%s is for a model of other kinds: %.200s", path, classes);
    else if (safetensors_count(file) != generator_space(g)->level_count + 1)
        rt_log(RT_LOG_ERROR, "%s is for a model with another number of latent levels", path);
    else
        return RT_OK;
    return RT_ERROR_INVALID;
}

static enum rt_status load_all(const struct safetensors *file, const struct generator *g, float *noise,
                               float *weights) {
    const struct noise_space *space = generator_space(g);
    enum rt_status status = RT_OK;
    char name[16];
    uint64_t shape[4], classes = generator_config(g)->classes;
    for (uint32_t l = 0; l < space->level_count && status == RT_OK; l++) {
        shape_of(generator_level(g, l), shape);
        status =
            safetensors_load(file, tensor_name(name, l), SAFETENSORS_F32, 4, shape, noise + space->offset[l]);
    }
    return status == RT_OK ? safetensors_load(file, "classes", SAFETENSORS_F32, 1, &classes, weights)
                           : status;
}

enum rt_status z_file_load(const char *path, const struct generator *g, float *noise, float *weights,
                           bool *same) {
    struct safetensors *file;
    enum rt_status status = safetensors_open(path, &file);
    if (status != RT_OK)
        return status;
    status = check(file, path, g);
    if (status == RT_OK)
        status = load_all(file, g, noise, weights);
    const char *made_with = safetensors_metadata(file, WEIGHTS_KEY);
    *same = made_with != NULL && strcmp(made_with, weights_hash(generator_weights(g))) == 0;
    safetensors_close(&file);
    return status;
}
