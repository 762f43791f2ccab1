// vae_bridge FOLDER muon|adamw: trains preset `tiny` for ten steps on clips of noise, for the check
// against PyTorch. Writes safetensors: weights-0, ema-0 ... weights-10, ema-10 as weights files,
// what there is before a step and at the end; and step-0 ... step-9 with what a step was given
// (clips, classes, noise, dropped levels, weights of the losses), what it gave, and its gradients.
#include "model/files/safetensors.h"
#include "model/train/trainer_private.h"
#include "model/weights/weights.h"
#include "model/weights/weights_layout.h"
#include "runtime/log.h"
#include "runtime/open.h"
#include "runtime/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 10, CLIPS = 12 };

static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
static const uint32_t classes[CLIPS] = {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5};

// A copy of a tensor, kept until the commit.
struct kept {
    struct kept *next;
    float values[];
};

struct bridge {
    const char *folder;
    enum trainer_optimiser optimiser;
    struct op_library *library;
    struct trainer *trainer;
    struct safetensors_writer *writer;
    struct kept *kept;
    bool failed;
};

static void on_log(void *user, enum rt_log_level level, const char *text) {
    (void)user;
    if (level <= RT_LOG_WARNING)
        fprintf(stderr, "%s\n", text);
}

// Smooth blobs over noise, so that there is something to learn.
static bool read_clip(void *user, uint32_t clip, uint8_t *rgb) {
    const struct vae_config *c = user;
    uint32_t state = clip * 2654435761u + 1u, at = 0;
    for (uint32_t f = 0; f < c->d; f++)
        for (uint32_t y = 0; y < c->h; y++)
            for (uint32_t x = 0; x < c->w; x++)
                for (uint32_t k = 0; k < 3; k++) {
                    state = state * 1664525u + 1013904223u;
                    uint32_t wave = (x * (clip % 3 + 1) + y * (k + 1) + 5 * f) % 32;
                    rgb[at++] = (uint8_t)(wave * 6 + (state >> 27));
                }
    return true;
}

static struct trainer_options options(void) {
    return (struct trainer_options){.batch = 4,
                                    .epochs = 10,
                                    .seed = 5,
                                    .schedule = {.warmup = 3,
                                                 .lr = 3e-3f,
                                                 .ema_decay = 0.3f,
                                                 .adversary_from = 1.0f,
                                                 .drop_all = 0.25f,
                                                 .drop_finest = 0.25f},
                                    .rate = {8.0f, 5.0f, 20.0f},
                                    .rate_speed = 0.1f,
                                    .weight_decay = 1.0f,
                                    .grad_clip = 1.1f,
                                    .adversary = adversary_defaults(),
                                    .sigma_floor = 0.03f};
}

static void check(struct bridge *b, enum rt_status status) {
    if (status != RT_OK)
        b->failed = true;
}

static void add_host(struct bridge *b, const char *name, const float *values, uint32_t rank,
                     const uint64_t *shape) {
    uint64_t count = 1;
    for (uint32_t i = 0; i < rank; i++)
        count *= shape[i];
    struct kept *copy = malloc(sizeof *copy + count * sizeof copy->values[0]);
    if (copy == NULL) {
        b->failed = true;
        return;
    }
    memcpy(copy->values, values, count * sizeof copy->values[0]);
    copy->next = b->kept;
    b->kept = copy;
    safetensors_add(b->writer, name, SAFETENSORS_F32, rank, shape, copy->values);
}

static void add_device(struct bridge *b, const char *name, struct rt_buffer buffer, uint32_t rank,
                       const uint64_t *shape) {
    uint64_t count = 1;
    for (uint32_t i = 0; i < rank; i++)
        count *= shape[i];
    float *values = malloc(count * sizeof *values);
    check(b, values == NULL ? RT_ERROR_OUT_OF_MEMORY
                            : rt_buffer_download(b->library->device, buffer, values, count * sizeof *values));
    if (!b->failed)
        add_host(b, name, values, rank, shape);
    free(values);
}

static void begin_file(struct bridge *b, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s.safetensors", b->folder, name);
    check(b, safetensors_begin(path, &b->writer));
}

static void end_file(struct bridge *b) {
    check(b, safetensors_commit(&b->writer));
    while (b->kept != NULL) {
        struct kept *next = b->kept->next;
        free(b->kept);
        b->kept = next;
    }
}

static void write_slab(struct bridge *b, const char *name, uint32_t step, enum parameters_slab slab) {
    const struct parameters *p = b->trainer->parameters;
    uint64_t trained = parameters_trained_count(p), state = parameters_state_count(p);
    float *values = malloc((trained + state) * sizeof *values);
    char path[512];
    snprintf(path, sizeof path, "%s/%s-%u.safetensors", b->folder, name, step);
    check(b, rt_buffer_download(b->library->device, parameters_slab(p, slab), values, trained * 4));
    check(b, rt_buffer_download(b->library->device, parameters_state_slab(p), values + trained, state * 4));
    const struct weights_content content = {.config = &b->trainer->first.config,
                                            .class_names = names,
                                            .parameters = p,
                                            .trained = values,
                                            .state = values + trained};
    check(b, weights_save(path, &content));
    free(values);
}

static void write_weights(struct bridge *b, uint32_t step) {
    write_slab(b, "weights", step, PARAMETERS_VALUE);
    write_slab(b, "ema", step, PARAMETERS_EMA);
}

// What is in memory that the host sees: seeds, classes, dropped levels, results.
static void add_samples(struct bridge *b, const char *name, struct rt_buffer buffer) {
    const uint64_t shape[1] = {b->trainer->options.batch};
    add_host(b, name, rt_buffer_map(buffer), 1, shape);
}

static void add_classes(struct bridge *b) {
    const uint32_t *ids = rt_buffer_map(b->trainer->inputs.classes);
    const uint64_t shape[1] = {b->trainer->options.batch};
    float values[16];
    for (uint32_t i = 0; i < b->trainer->options.batch; i++)
        values[i] = (float)ids[i];
    add_host(b, "classes", values, 1, shape);
}

static void add_levels(struct bridge *b) {
    const struct trainer *t = b->trainer;
    for (uint32_t i = 0; i < t->first.level_count; i++) {
        const struct vae_level *level = &t->first.levels[i];
        const uint64_t shape[5] = {t->first.n, level->d, level->h, level->w, level->c};
        const uint64_t drop[2] = {t->first.n, level->c};
        char name[32];
        snprintf(name, sizeof name, "eps%u", i);
        add_device(b, name, t->inputs.eps[i], 5, shape);
        snprintf(name, sizeof name, "kl%u", i);
        add_samples(b, name, t->buffers.kl[i]);
        snprintf(name, sizeof name, "d_kl%u", i);
        add_samples(b, name, t->buffers.d_kl[i]);
        snprintf(name, sizeof name, "drop%u", i);
        if (i > 0)
            add_host(b, name, rt_buffer_map(t->inputs.drops[i]), 2, drop);
    }
}

static void add_gradients(struct bridge *b) {
    const struct parameters *p = b->trainer->parameters;
    uint64_t count = parameters_trained_count(p);
    float *all = malloc(count * sizeof *all), *room = malloc(count * sizeof *room);
    check(b, rt_buffer_download(b->library->device, parameters_slab(p, PARAMETERS_GRADIENT), all, count * 4));
    for (uint32_t i = 0; i < parameters_count(p) && !b->failed; i++) {
        const struct parameter *item = parameters_get(p, i);
        uint64_t shape[5];
        uint32_t rank = weights_shape(item, shape);
        char name[128];
        if (item->state)
            continue;
        weights_convert(item, true, all + item->offset, room);
        snprintf(name, sizeof name, "gradient.%s", item->name);
        add_host(b, name, room, rank, shape);
    }
    free(all);
    free(room);
}

static void write_step(struct bridge *b, uint32_t step, const struct trainer_report *report) {
    const struct trainer *t = b->trainer;
    const struct vae_config *c = &t->first.config;
    const uint64_t clip[5] = {t->first.n, c->d, c->h, c->w, 4}, three[1] = {3}, four[1] = {4};
    char name[32];
    snprintf(name, sizeof name, "step-%u", step);
    begin_file(b, name);
    add_device(b, "clip", t->inputs.clip, 5, clip);
    add_classes(b);
    add_samples(b, "d_nll", t->buffers.d_nll);
    add_samples(b, "nll", t->buffers.nll);
    add_samples(b, "squared_error", t->buffers.squared_error);
    add_levels(b);
    add_gradients(b);
    add_host(b, "optimiser", rt_buffer_map(t->buffers.hyper), 1, four);
    const float facts[3] = {report->lr, report->gradient_norm, report->grad_clip_factor};
    add_host(b, "facts", facts, 1, three);
    end_file(b);
}

static void train(struct bridge *b) {
    const struct vae_config *config = vae_preset("tiny");
    struct trainer_options o = options();
    o.optimiser = b->optimiser;
    const struct clip_source source = {.count = CLIPS,
                                       .d = config->d,
                                       .h = config->h,
                                       .w = config->w,
                                       .classes = classes,
                                       .read = read_clip,
                                       .user = (void *)config};
    struct trainer_report report;
    check(b, trainer_create(b->library, config, &source, &o, &b->trainer));
    if (!b->failed)
        write_weights(b, 0);
    for (uint32_t step = 0; step < STEPS && !b->failed; step++) {
        check(b, trainer_step(b->trainer, &report));
        if (!b->failed)
            write_step(b, step, &report);
        if (!b->failed)
            write_weights(b, step + 1);
    }
    trainer_destroy(&b->trainer);
}

int main(int argc, char **argv) {
    bool adamw = argc > 2 && strcmp(argv[2], "adamw") == 0;
    struct bridge b = {.folder = argc > 1 ? argv[1] : ".", .optimiser = adamw ? TRAINER_ADAMW : TRAINER_MUON};
    struct rt_context *context = NULL;
    struct rt_device *device = NULL;
    const struct rt_device_info *info = NULL;
    rt_log_set_callback(on_log, NULL);
    check(&b, rt_context_create(NULL, &context));
    if (!b.failed)
        check(&b, rt_context_find_device(context, NULL, &info));
    if (!b.failed)
        check(&b, rt_device_create(context, info, NULL, &device));
    if (!b.failed)
        check(&b, op_library_create(device, &b.library));
    if (!b.failed)
        train(&b);
    op_library_destroy(&b.library);
    rt_device_destroy(&device);
    rt_context_destroy(&context);
    return b.failed;
}
