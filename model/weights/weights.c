// Saves and opens weights files.
#include "model/weights/weights.h"

#include "model/weights/weights_layout.h"
#include "runtime/hash.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_KEY "mograph.weights"
#define FORMAT "1"
#define CONFIG_KEY "mograph.config"
#define CLASSES_KEY "mograph.classes"

// --- writing

static uint16_t to_bf16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (!isfinite(value)) // as it is, and still no number: the writer refuses it
        return (uint16_t)((bits >> 16) | (isnan(value) ? 0x40u : 0u));
    return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

static float from_bf16(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Converts in place, from the front: what is written lies before what is still to be read.
static void narrow(float *values, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        uint16_t half = to_bf16(values[i]);
        memcpy((char *)values + 2 * i, &half, sizeof half);
    }
}

static void add_tensor(struct safetensors_writer *writer, const struct weights_content *content,
                       const struct parameter *p, float *room) {
    uint64_t shape[5];
    uint32_t rank = weights_shape(p, shape);
    weights_convert(p, true, (p->state ? content->state : content->trained) + p->offset, room);
    bool half = content->storage == WEIGHTS_BF16 && !p->state;
    if (half)
        narrow(room, p->count);
    safetensors_add(writer, p->name, half ? SAFETENSORS_BF16 : SAFETENSORS_F32, rank, shape, room);
}

// Class names in one line; '/' cannot be in a folder's name.
static bool names_are_sound(const struct weights_content *content) {
    for (uint32_t i = 0; i < content->config->classes; i++)
        if (content->class_names[i][0] == '\0' || strchr(content->class_names[i], '/') != NULL) {
            rt_log(RT_LOG_ERROR, "class %u is named \"%.80s\": a name must not be empty or hold a '/'", i,
                   content->class_names[i]);
            return false;
        }
    return true;
}

static char *join_names(const struct weights_content *content) {
    size_t size = 1, at = 0;
    for (uint32_t i = 0; i < content->config->classes; i++)
        size += strlen(content->class_names[i]) + 1;
    char *text = calloc(size, 1);
    for (uint32_t i = 0; i < content->config->classes && text != NULL; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%s", i > 0 ? "/" : "", content->class_names[i]);
    return text;
}

static enum rt_status add_metadata(struct safetensors_writer *writer, const struct weights_content *content) {
    char config[WEIGHTS_CONFIG_TEXT], *names = join_names(content);
    if (names == NULL)
        return rt_no_memory("names of classes");
    weights_config_text(content->config, config);
    safetensors_add_metadata(writer, FORMAT_KEY, FORMAT);
    safetensors_add_metadata(writer, CONFIG_KEY, config);
    safetensors_add_metadata(writer, CLASSES_KEY, names);
    for (uint32_t i = 0; i < content->pair_count; i++)
        safetensors_add_metadata(writer, content->pairs[i].key, content->pairs[i].value);
    free(names);
    return RT_OK;
}

enum rt_status weights_save(const char *path, const struct weights_content *content) {
    if (!names_are_sound(content))
        return RT_ERROR_INVALID;
    struct safetensors_writer *writer = NULL;
    uint64_t room = 0;
    for (uint32_t i = 0; i < parameters_count(content->parameters); i++)
        room += parameters_get(content->parameters, i)->count;
    float *data = malloc((room > 0 ? room : 1) * sizeof *data), *at = data;
    enum rt_status status = data != NULL ? safetensors_begin(path, &writer) : rt_no_memory("weights");
    for (uint32_t i = 0; i < parameters_count(content->parameters) && status == RT_OK; i++) {
        const struct parameter *p = parameters_get(content->parameters, i);
        add_tensor(writer, content, p, at);
        at += p->count;
    }
    if (status == RT_OK)
        status = add_metadata(writer, content);
    if (status == RT_OK)
        status = safetensors_commit(&writer);
    safetensors_discard(&writer);
    free(data);
    return status;
}

// --- reading

struct weights {
    struct safetensors *file;
    char path[256]; // for messages
    struct vae_config config;
    char name[32], hash[17];
    char *names;        // the classes' names, cut apart
    const char **class; // [config.classes]
};

static void make_hash(struct weights *w) {
    uint64_t hash = RT_HASH_START;
    const char *config = safetensors_metadata(w->file, CONFIG_KEY);
    hash = rt_hash_bytes(hash, config, strlen(config));
    for (uint32_t i = 0; i < safetensors_count(w->file); i++) {
        const struct safetensors_tensor *tensor = safetensors_at(w->file, i);
        hash = rt_hash_bytes(hash, tensor->name, strlen(tensor->name) + 1);
        hash = rt_hash_bytes(hash, &tensor->dtype, sizeof tensor->dtype);
        hash = rt_hash_bytes(hash, tensor->shape, tensor->rank * sizeof tensor->shape[0]);
        hash = rt_hash_bytes(hash, tensor->data, tensor->size_bytes);
    }
    snprintf(w->hash, sizeof w->hash, "%016" PRIx64, hash);
}

// Counted before there is room for so many: a damaged file may claim any number of classes.
static bool counts_match(const struct weights *w) {
    uint32_t count = w->names[0] != '\0';
    for (const char *at = w->names; *at != '\0'; at++)
        count += *at == '/';
    if (count != w->config.classes)
        rt_log(RT_LOG_ERROR, "%s names %s than its %u classes", w->path,
               count < w->config.classes ? "fewer" : "more", w->config.classes);
    return count == w->config.classes;
}

static enum rt_status split_names(struct weights *w) {
    const char *names = safetensors_metadata(w->file, CLASSES_KEY);
    w->names = strdup(names != NULL ? names : "");
    if (w->names == NULL)
        return rt_no_memory("names of classes");
    if (!counts_match(w))
        return RT_ERROR_INVALID;
    w->class = calloc(w->config.classes, sizeof *w->class);
    if (w->class == NULL)
        return rt_no_memory("names of classes");
    char *at = w->names;
    for (uint32_t i = 0; i < w->config.classes; i++) {
        w->class[i] = at;
        at += strcspn(at, "/");
        if (*at == '/')
            *at++ = '\0';
        if (w->class[i][0] == '\0') {
            rt_log(RT_LOG_ERROR, "%s has a class without a name", w->path);
            return RT_ERROR_INVALID;
        }
    }
    return RT_OK;
}

static enum rt_status read_description(struct weights *w) {
    const char *format = safetensors_metadata(w->file, FORMAT_KEY);
    const char *config = safetensors_metadata(w->file, CONFIG_KEY), *fault = NULL;
    if (format == NULL || config == NULL)
        rt_log(RT_LOG_ERROR, "%s holds tensors but no mograph model", w->path);
    else if (strcmp(format, FORMAT) != 0)
        rt_log(RT_LOG_ERROR, "%s is of format %.20s; this version reads format " FORMAT, w->path, format);
    else if (!weights_config_parse(config, &w->config, w->name, &fault))
        rt_log(RT_LOG_ERROR, "%s: its configuration is not one of a model%s%s: %.200s", w->path,
               fault != NULL ? ", " : "", fault != NULL ? fault : "", config);
    else
        return split_names(w);
    return RT_ERROR_INVALID;
}

static struct weights *create(const char *path) {
    struct weights *w = calloc(1, sizeof *w);
    if (w != NULL)
        snprintf(w->path, sizeof w->path, "%s", path);
    return w;
}

// What follows once there are tensors, or none: `status` says.
static enum rt_status describe(struct weights **out, enum rt_status status) {
    if (status == RT_OK)
        status = read_description(*out);
    if (status == RT_OK)
        make_hash(*out);
    else
        weights_close(out);
    return status;
}

enum rt_status weights_open(const char *path, struct weights **out) {
    *out = create(path);
    return *out != NULL ? describe(out, safetensors_open(path, &(*out)->file)) : rt_no_memory("weights");
}

enum rt_status weights_open_memory(const char *label, const void *bytes, size_t size, struct weights **out) {
    *out = create(label);
    return *out != NULL ? describe(out, safetensors_open_memory(label, bytes, size, &(*out)->file))
                        : rt_no_memory("weights");
}

void weights_close(struct weights **handle) {
    struct weights *w = *handle;
    if (w == NULL)
        return;
    safetensors_close(&w->file);
    free(w->names);
    free(w->class);
    free(w);
    *handle = NULL;
}

const struct vae_config *weights_config(const struct weights *w) {
    return &w->config;
}

const char *weights_class_name(const struct weights *w, uint32_t i) {
    return w->class[i];
}

const char *weights_metadata(const struct weights *w, const char *key) {
    return safetensors_metadata(w->file, key);
}

const char *weights_hash(const struct weights *w) {
    return w->hash;
}

static enum rt_status check_count(const struct weights *w, const struct parameters *parameters) {
    for (uint32_t i = 0; i < safetensors_count(w->file); i++) {
        const char *name = safetensors_at(w->file, i)->name;
        bool known = false;
        for (uint32_t k = 0; k < parameters_count(parameters) && !known; k++)
            known = strcmp(parameters_get(parameters, k)->name, name) == 0;
        if (!known) {
            rt_log(RT_LOG_ERROR, "%s holds %.90s, which the model %s does not have", w->path, name, w->name);
            return RT_ERROR_INVALID;
        }
    }
    return RT_OK;
}

static enum rt_status read_tensor(const struct weights *w, const struct parameter *p, float *room,
                                  float *into) {
    const struct safetensors_tensor *tensor = safetensors_find(w->file, p->name);
    uint64_t shape[5];
    uint32_t rank = weights_shape(p, shape);
    bool half = tensor != NULL && tensor->dtype == SAFETENSORS_BF16;
    enum rt_status status =
        safetensors_load(w->file, p->name, half ? SAFETENSORS_BF16 : SAFETENSORS_F32, rank, shape, room);
    if (status != RT_OK)
        return status;
    for (uint64_t i = p->count; half && i-- > 0;) { // from the back: in place
        uint16_t value;
        memcpy(&value, (const char *)room + 2 * i, sizeof value);
        room[i] = from_bf16(value);
    }
    weights_convert(p, false, room, into + p->offset);
    return RT_OK;
}

// Weights from before the density of a class had parts have no centres, and those from before it had kernels
// have none of these: zeros, one part, no kernels.
static bool is_missing_part(const struct weights *w, const struct parameter *p) {
    static const char *const later[] = {VAE_DENSITY_CENTRE, VAE_DENSITY_WEIGHT, VAE_DENSITY_KERNEL,
                                        VAE_DENSITY_KERNEL_WEIGHT, VAE_DENSITY_WIDTH};
    bool part = false;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        part = part || strcmp(p->name, later[i]) == 0;
    return part && safetensors_find(w->file, p->name) == NULL;
}

enum rt_status weights_read(const struct weights *w, const struct parameters *parameters, float *trained,
                            float *state) {
    uint64_t largest = 1;
    for (uint32_t i = 0; i < parameters_count(parameters); i++)
        if (parameters_get(parameters, i)->count > largest)
            largest = parameters_get(parameters, i)->count;
    float *room = malloc(largest * sizeof *room);
    enum rt_status status = room != NULL ? check_count(w, parameters) : rt_no_memory("a tensor of weights");
    memset(trained, 0, parameters_trained_count(parameters) * sizeof *trained);
    memset(state, 0, parameters_state_count(parameters) * sizeof *state);
    for (uint32_t i = 0; i < parameters_count(parameters) && status == RT_OK; i++) {
        const struct parameter *p = parameters_get(parameters, i);
        if (!is_missing_part(w, p))
            status = read_tensor(w, p, room, p->state ? state : trained);
    }
    free(room);
    return status;
}
