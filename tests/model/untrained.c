// Writes a weights file of an untrained model, for tests that only need some model.
#include "tests/model/untrained.h"

#include "model/noise/draw.h"
#include "model/weights/weights.h"

#include <stdlib.h>
#include <string.h>

static const struct op_target host = {.family = OP_FAMILY_LANE,
                                      .cpu = true,
                                      .subgroup_size = 8,
                                      .max_invocations = 1024,
                                      .max_shared_bytes = 32768};
static const char *const kinds[] = {"burst", "fountain", "vortex", "snow", "ripple", "orbit"};
static const char *const other_kinds[] = {"a", "b", "c", "d", "e", "f"};

struct model {
    struct vae vae;
    struct parameters *parameters;
    float *trained, *state;
};

static bool begin(struct model *m, enum untrained which) {
    struct vae_config config = *vae_preset("tiny");
    config.top += which == UNTRAINED_WIDE ? 4 : 0;
    if (parameters_create(&m->parameters) != RT_OK ||
        vae_init(&m->vae, &config, VAE_TRAIN, 1, &host, m->parameters, 0) != RT_OK)
        return false;
    parameters_layout(m->parameters);
    m->trained = malloc(parameters_trained_count(m->parameters) * sizeof(float));
    m->state = malloc(parameters_state_count(m->parameters) * sizeof(float));
    return m->trained != NULL && m->state != NULL;
}

static void end(struct model *m) {
    free(m->trained);
    free(m->state);
    vae_finish(&m->vae);
    parameters_destroy(&m->parameters);
}

static void fit_density(const struct model *m, const struct parameter *p) {
    uint32_t top = m->vae.config.top, classes = m->vae.config.classes;
    float *values = m->state + p->offset;
    bool mean = strcmp(p->name, VAE_DENSITY_MEAN) == 0;
    if (!mean && strcmp(p->name, VAE_DENSITY_CHOLESKY) != 0) // one part
        return;
    for (uint32_t class = 0; class + 1 < classes; ++class)
        for (uint32_t i = 0; i < top; i++) {
            if (mean)
                values[class * top + i] = 0.5f * (float)class - 1.0f;
            else
                values[(class * top + i) * top + i] = 0.8f;
        }
}

static void fill(struct model *m, enum untrained which, uint64_t seed) {
    parameters_start_values(m->parameters, seed, m->trained, m->state);
    for (uint32_t i = 0; i < parameters_count(m->parameters); i++) {
        const struct parameter *p = parameters_get(m->parameters, i);
        if (p->state && strncmp(p->name, "density.", 8) == 0)
            fit_density(m, p);
        for (uint64_t k = 0; k < p->count && !p->state; k++) {
            float *value = &m->trained[p->offset + k];
            *value += 0.2f * (draw_uniform(seed, DRAW_SAMPLES, i, (uint32_t)k) - 0.5f);
            if (which == UNTRAINED_WILD)
                *value *= 1e30f;
            if (strcmp(p->name, "decoder.0.conv.bias") == 0)
                *value += which == UNTRAINED_BLACK ? -60.0f : 2.0f;
        }
    }
}

bool untrained_write(const char *path, enum untrained which, uint64_t seed) {
    struct model m = {0};
    bool ok = begin(&m, which);
    if (ok) {
        fill(&m, which, seed);
        const struct safetensors_pair pair = {WEIGHTS_CLIPS, "50/10/10/10/10/10"};
        struct weights_content content = {.config = &m.vae.config,
                                          .class_names = which == UNTRAINED_KINDS ? other_kinds : kinds,
                                          .parameters = m.parameters,
                                          .trained = m.trained,
                                          .state = m.state,
                                          .pairs = &pair,
                                          .pair_count = 1,
                                          .storage = WEIGHTS_F32};
        ok = weights_save(path, &content) == RT_OK;
    }
    end(&m);
    return ok;
}
