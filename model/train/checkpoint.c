// Saves and loads everything that a run needs to go on.
#include "model/train/checkpoint.h"

#include "model/files/safetensors.h"
#include "model/train/trainer_private.h"
#include "runtime/hash.h"
#include "runtime/log.h"
#include "runtime/transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "2" // 1: before the density had kernels
#define RATE_NUMBERS 3u

// A tensor of the file and where it lives on the device.
struct part {
    const char *name;
    struct rt_buffer buffer;
    uint64_t count;
};

enum { PART_COUNT = 6 };

static void list_parts(const struct trainer *t, struct part parts[PART_COUNT]) {
    const struct parameters *p = t->parameters;
    uint64_t trained = parameters_trained_count(p);
    const struct part list[PART_COUNT] = {
        {"value", parameters_slab(p, PARAMETERS_VALUE), trained},
        {"ema", parameters_slab(p, PARAMETERS_EMA), trained},
        {"m", parameters_slab(p, PARAMETERS_M), trained},
        {"v", parameters_slab(p, PARAMETERS_V), trained},
        {"state", parameters_state_slab(p), parameters_state_count(p)},
        {"clip", t->grad_clip_state, 4},
    };
    memcpy(parts, list, sizeof list);
}

// FNV-1a over names, sizes and places: which tensors the slabs hold, and where.
static void fingerprint(const struct trainer *t, char text[17]) {
    uint64_t hash = RT_HASH_START;
    for (uint32_t i = 0; i < parameters_count(t->parameters); i++) {
        const struct parameter *p = parameters_get(t->parameters, i);
        char line[128];
        int length =
            snprintf(line, sizeof line, "%s %" PRIu64 " %" PRIu64 "\n", p->name, p->count, p->offset);
        hash = rt_hash_bytes(hash, line, length > 0 ? (size_t)length : 0);
    }
    snprintf(text, 17, "%016" PRIx64, hash);
}

static void pack_rates(const struct trainer *t, float *rates) {
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        rates[RATE_NUMBERS * i] = t->rate[i].beta;
        rates[RATE_NUMBERS * i + 1] = t->rate[i].mean;
        rates[RATE_NUMBERS * i + 2] = t->rate[i].started ? 1.0f : 0.0f;
    }
}

static void unpack_rates(struct trainer *t, const float *rates) {
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        t->rate[i].beta = rates[RATE_NUMBERS * i];
        t->rate[i].mean = rates[RATE_NUMBERS * i + 1];
        t->rate[i].started = rates[RATE_NUMBERS * i + 2] > 0.0f;
    }
}

static uint64_t largest_count(const struct part parts[PART_COUNT]) {
    uint64_t largest = 0;
    for (int i = 0; i < PART_COUNT; i++)
        largest = parts[i].count > largest ? parts[i].count : largest;
    return largest;
}

static void add_metadata(const struct trainer *t, struct safetensors_writer *writer) {
    char text[32];
    safetensors_add_metadata(writer, "mograph.checkpoint", FORMAT);
    fingerprint(t, text);
    safetensors_add_metadata(writer, "model", text);
    snprintf(text, sizeof text, "%" PRIu64, t->step);
    safetensors_add_metadata(writer, "step", text);
}

// The adversary's state on the host; *count is 0 and the result NULL without one. The caller frees it.
static float *adversary_room(const struct trainer *t, uint64_t *count) {
    *count = t->has_second ? adversary_state_count(t->adversary) : 0;
    return *count > 0 ? malloc(*count * sizeof(float)) : NULL;
}

// What the file is made of; `data` must live until the commit.
struct content {
    float *data[PART_COUNT], *adversary;
    float rates[RATE_NUMBERS * (VAE_MAX_STAGES + 1)], loss_scale[LOSS_SCALE_NUMBERS];
};

static enum rt_status add_parts(const struct trainer *t, struct safetensors_writer *writer,
                                struct content *content) {
    struct part parts[PART_COUNT];
    enum rt_status status = RT_OK;
    list_parts(t, parts);
    for (int i = 0; i < PART_COUNT && status == RT_OK; i++) {
        content->data[i] = malloc(parts[i].count * sizeof(float));
        status = content->data[i] == NULL
                     ? rt_no_memory("a checkpoint")
                     : rt_buffer_download(t->library->device, parts[i].buffer, content->data[i],
                                          parts[i].count * sizeof(float));
        if (status == RT_OK)
            safetensors_add(writer, parts[i].name, SAFETENSORS_F32, 1, &parts[i].count, content->data[i]);
    }
    return status;
}

static enum rt_status add_adversary(const struct trainer *t, struct safetensors_writer *writer,
                                    struct content *content) {
    uint64_t count;
    content->adversary = adversary_room(t, &count);
    if (count == 0)
        return RT_OK;
    enum rt_status status = content->adversary != NULL ? adversary_save(t->adversary, content->adversary)
                                                       : rt_no_memory("a checkpoint");
    if (status == RT_OK)
        safetensors_add(writer, "adversary", SAFETENSORS_F32, 1, &count, content->adversary);
    return status;
}

static void add_rates(const struct trainer *t, struct safetensors_writer *writer, struct content *content) {
    const uint64_t shape[2] = {t->first.level_count, RATE_NUMBERS};
    pack_rates(t, content->rates);
    safetensors_add(writer, "rate", SAFETENSORS_F32, 2, shape, content->rates);
}

static const uint64_t loss_scale_shape = LOSS_SCALE_NUMBERS;

static void add_loss_scale(const struct trainer *t, struct safetensors_writer *writer,
                           struct content *content) {
    loss_scale_pack(&t->loss_scale, content->loss_scale);
    if (t->loss_scale.moves)
        safetensors_add(writer, "loss_scale", SAFETENSORS_F32, 1, &loss_scale_shape, content->loss_scale);
}

enum rt_status checkpoint_save(struct trainer *t, const char *path) {
    struct content content = {.adversary = NULL};
    struct safetensors_writer *writer = NULL;
    enum rt_status status = safetensors_begin(path, &writer);
    if (status == RT_OK)
        status = add_parts(t, writer, &content);
    if (status == RT_OK)
        status = add_adversary(t, writer, &content);
    if (status == RT_OK) {
        add_rates(t, writer, &content);
        add_loss_scale(t, writer, &content);
        add_metadata(t, writer);
        status = safetensors_commit(&writer);
    }
    safetensors_discard(&writer);
    for (int i = 0; i < PART_COUNT; i++)
        free(content.data[i]);
    free(content.adversary);
    return status;
}

static enum rt_status load_adversary(struct trainer *t, const struct safetensors *file) {
    uint64_t count;
    float *state = adversary_room(t, &count);
    enum rt_status status = count > 0 && state == NULL ? rt_no_memory("a checkpoint") : RT_OK;
    // A run that is resumed with an adversary it did not have starts a fresh one.
    bool has = safetensors_find(file, "adversary") != NULL;
    if (status == RT_OK && count > 0 && has)
        status = safetensors_load(file, "adversary", SAFETENSORS_F32, 1, &count, state);
    if (status == RT_OK && count > 0 && has)
        status = adversary_load(t->adversary, state);
    free(state);
    return status;
}

// A run that was begun on a device without a loss scale has none: it starts afresh.
static enum rt_status load_loss_scale(struct trainer *t, const struct safetensors *file) {
    float numbers[LOSS_SCALE_NUMBERS];
    if (safetensors_find(file, "loss_scale") == NULL)
        return RT_OK;
    enum rt_status status =
        safetensors_load(file, "loss_scale", SAFETENSORS_F32, 1, &loss_scale_shape, numbers);
    if (status == RT_OK)
        loss_scale_unpack(&t->loss_scale, numbers);
    return status;
}

static enum rt_status check_metadata(const struct trainer *t, const char *path,
                                     const struct safetensors *file) {
    const char *format = safetensors_metadata(file, "mograph.checkpoint");
    const char *model = safetensors_metadata(file, "model"), *step = safetensors_metadata(file, "step");
    char expected[17];
    fingerprint(t, expected);
    if (format == NULL || strcmp(format, FORMAT) != 0 || step == NULL)
        rt_log(RT_LOG_ERROR,
               "%s is not a checkpoint that this version can read; `train --init` takes the run's weights",
               path);
    else if (model == NULL || strcmp(model, expected) != 0)
        rt_log(RT_LOG_ERROR, "%s is a checkpoint of another model: resume with the run's own configuration",
               path);
    else
        return RT_OK;
    return RT_ERROR_INVALID;
}

static enum rt_status load_parts(struct trainer *t, const struct safetensors *file) {
    struct part parts[PART_COUNT];
    list_parts(t, parts);
    float *data = malloc(largest_count(parts) * sizeof *data), rates[RATE_NUMBERS * (VAE_MAX_STAGES + 1)];
    const uint64_t shape[2] = {t->first.level_count, RATE_NUMBERS};
    enum rt_status status = data != NULL ? RT_OK : rt_no_memory("a checkpoint");
    for (int i = 0; i < PART_COUNT && status == RT_OK; i++) {
        status = safetensors_load(file, parts[i].name, SAFETENSORS_F32, 1, &parts[i].count, data);
        if (status == RT_OK)
            status =
                rt_buffer_upload(t->library->device, parts[i].buffer, data, parts[i].count * sizeof *data);
    }
    if (status == RT_OK)
        status = safetensors_load(file, "rate", SAFETENSORS_F32, 2, shape, rates);
    if (status == RT_OK)
        unpack_rates(t, rates);
    free(data);
    return status;
}

enum rt_status checkpoint_load(struct trainer *t, const char *path) {
    struct safetensors *file = NULL;
    enum rt_status status = safetensors_open(path, &file);
    if (status == RT_OK)
        status = check_metadata(t, path, file);
    if (status == RT_OK)
        status = load_parts(t, file);
    if (status == RT_OK)
        status = load_adversary(t, file);
    if (status == RT_OK)
        status = load_loss_scale(t, file);
    if (status == RT_OK)
        t->step = strtoull(safetensors_metadata(file, "step"), NULL, 10);
    safetensors_close(&file);
    clip_store_destroy(&t->clips); // a streamed set goes on from the step that was loaded
    t->recorded = 0;               // what was recorded reads those clips
    return status;
}
