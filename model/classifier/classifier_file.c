// Saves and loads the classifier's weights as safetensors.
#include "model/classifier/classifier_private.h"

#include "model/files/safetensors.h"
#include "model/weights/weights_layout.h"
#include "runtime/log.h"
#include "runtime/system/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_KEY "mograph.classifier"
#define DATA_KEY "mograph.data"

enum { CONFIG_TEXT = 96 };

// Host arrays of all tensors, and room for one in PyTorch's layout.
struct arrays {
    float *trained, *state, *room;
};

static bool arrays_create(struct arrays *a, const struct parameters *p) {
    uint64_t trained = parameters_trained_count(p), state = parameters_state_count(p);
    a->trained = calloc(2 * (trained + state), sizeof(float));
    a->state = a->trained + trained;
    a->room = a->state + state;
    return a->trained != NULL;
}

static void config_text(const struct classifier_config *config, char text[CONFIG_TEXT]) {
    snprintf(text, CONFIG_TEXT, "d=%u h=%u w=%u classes=%u features=%d", config->d, config->h, config->w,
             config->classes, (int)CLASSIFIER_FEATURES);
}

static void add_tensors(struct safetensors_writer *writer, const struct parameters *p,
                        const struct arrays *a) {
    float *room = a->room;
    for (uint32_t i = 0; i < parameters_count(p); i++) {
        const struct parameter *tensor = parameters_get(p, i);
        uint64_t shape[5];
        uint32_t rank = weights_shape(tensor, shape);
        weights_convert(tensor, true, (tensor->state ? a->state : a->trained) + tensor->offset, room);
        safetensors_add(writer, tensor->name, SAFETENSORS_F32, rank, shape, room);
        room += tensor->count;
    }
}

enum rt_status classifier_save(struct classifier *c, const char *path, const char *data) {
    struct safetensors_writer *writer = NULL;
    struct arrays arrays;
    char text[CONFIG_TEXT];
    enum rt_status status =
        arrays_create(&arrays, c->parameters) ? RT_OK : rt_no_memory("the classifier's weights");
    if (status == RT_OK)
        status = classifier_get_weights(c, arrays.trained, arrays.state);
    if (status == RT_OK)
        status = safetensors_begin(path, &writer);
    if (status == RT_OK) {
        config_text(&c->config, text);
        safetensors_add_metadata(writer, CONFIG_KEY, text);
        safetensors_add_metadata(writer, DATA_KEY, data);
        add_tensors(writer, c->parameters, &arrays);
        status = safetensors_commit(&writer);
    }
    free(arrays.trained);
    return status;
}

static bool is_ours(const struct classifier *c, const struct safetensors *file, const char *data) {
    char text[CONFIG_TEXT];
    const char *config = safetensors_metadata(file, CONFIG_KEY), *of = safetensors_metadata(file, DATA_KEY);
    config_text(&c->config, text);
    return config != NULL && of != NULL && strcmp(config, text) == 0 && strcmp(of, data) == 0;
}

static enum rt_status load_tensors(struct classifier *c, const struct safetensors *file) {
    struct arrays arrays;
    enum rt_status status =
        arrays_create(&arrays, c->parameters) ? RT_OK : rt_no_memory("the classifier's weights");
    for (uint32_t i = 0; i < parameters_count(c->parameters) && status == RT_OK; i++) {
        const struct parameter *p = parameters_get(c->parameters, i);
        uint64_t shape[5];
        uint32_t rank = weights_shape(p, shape);
        status = safetensors_load(file, p->name, SAFETENSORS_F32, rank, shape, arrays.room);
        if (status == RT_OK)
            weights_convert(p, false, arrays.room, (p->state ? arrays.state : arrays.trained) + p->offset);
    }
    if (status == RT_OK)
        status = classifier_set_weights(c, arrays.trained, arrays.state);
    free(arrays.trained);
    return status;
}

enum rt_status classifier_load(struct classifier *c, const char *path, const char *data, bool *found) {
    struct safetensors *file = NULL;
    *found = false;
    if (!sys_exists(path))
        return RT_OK;
    enum rt_status status = safetensors_open(path, &file);
    if (status == RT_OK && is_ours(c, file, data)) {
        status = load_tensors(c, file);
        *found = status == RT_OK;
    }
    safetensors_close(&file);
    return status;
}
