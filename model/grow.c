#include "model/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool grow_fits(const struct vae_config *from, const struct vae_config *to) {
    if (from->stages >= to->stages)
        return false;
    struct vae_config inside = *to;
    uint32_t less = to->stages - from->stages;
    vae_fit(&inside, to->d >> less, to->h >> less, to->w >> less);
    return inside.stages == from->stages && inside.d == from->d && inside.h == from->h &&
           inside.w == from->w && inside.top == from->top && inside.classes == from->classes &&
           inside.embedding == from->embedding &&
           memcmp(inside.channels, from->channels, sizeof inside.channels) == 0 &&
           memcmp(inside.latent, from->latent, sizeof inside.latent) == 0;
}

// The weights of the inside, read whole.
struct inside {
    struct vae vae;
    struct parameters *parameters;
    float *trained, *state;
};

static void inside_destroy(struct inside *in) {
    free(in->trained);
    free(in->state);
    vae_finish(&in->vae);
    parameters_destroy(&in->parameters);
}

static enum rt_status inside_read(struct inside *in, const struct weights *weights,
                                  const struct op_target *target) {
    enum rt_status status = parameters_create(&in->parameters);
    if (status == RT_OK)
        status = vae_init(&in->vae, weights_config(weights), VAE_EVALUATE, 1, target, in->parameters, 0);
    if (status != RT_OK)
        return status;
    parameters_layout(in->parameters);
    in->trained = malloc(parameters_trained_count(in->parameters) * sizeof *in->trained);
    in->state = malloc(parameters_state_count(in->parameters) * sizeof *in->state);
    if (in->trained == NULL || in->state == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    return weights_read(weights, in->parameters, in->trained, in->state);
}

// What a tensor is called in the inside, where the count of stages begins `less` later: "decoder.3.up.weight"
// is "decoder.2.up.weight" there. False for those of the finest stages.
static bool name_inside(const char *name, uint32_t less, char *text, size_t size) {
    static const char *const counted[] = {"encoder.", "decoder.", "level."};
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        size_t length = strlen(counted[i]);
        if (strncmp(name, counted[i], length) != 0 || name[length] < '0' || name[length] > '9')
            continue;
        char *rest;
        unsigned long stage = strtoul(name + length, &rest, 10);
        snprintf(text, size, "%s%lu%s", counted[i], stage - less, rest);
        return stage >= less;
    }
    snprintf(text, size, "%s", name);
    return true;
}

static bool same_shape(const struct parameter *a, const struct parameter *b) {
    return a->layout == b->layout && memcmp(a->kernel, b->kernel, sizeof a->kernel) == 0 && a->in == b->in &&
           a->out == b->out;
}

// The top's posterior reads the deepest features whole, then the means of all others: those of the new stages
// come first among these, and say nothing yet. Its rows are what it reads.
static void widen_posterior(const struct vae_config *to, const struct parameter *from, const float *source,
                            const struct parameter *p, float *into) {
    uint64_t deepest = (uint64_t)(to->d >> to->stages) * (to->h >> to->stages) * (to->w >> to->stages) *
                       to->channels[to->stages - 1] * p->out;
    uint64_t added = (uint64_t)(p->in - from->in) * p->out;
    memcpy(into, source, deepest * sizeof *into);
    memset(into + deepest, 0, added * sizeof *into);
    memcpy(into + deepest + added, source + deepest, (from->count - deepest) * sizeof *into);
}

enum rt_status grow_read(const struct weights *weights, const struct op_target *target,
                         const struct vae_config *to, const struct parameters *parameters, float *trained,
                         float *state) {
    struct inside in = {.parameters = NULL};
    enum rt_status status = inside_read(&in, weights, target);
    uint32_t less = to->stages - weights_config(weights)->stages;
    for (uint32_t i = 0; i < parameters_count(parameters) && status == RT_OK; i++) {
        const struct parameter *p = parameters_get(parameters, i), *from = NULL;
        char name[sizeof p->name + 16];
        if (name_inside(p->name, less, name, sizeof name))
            from = parameters_find(in.parameters, name);
        if (from == NULL)
            continue;
        const float *source = (p->state ? in.state : in.trained) + from->offset;
        float *into = (p->state ? state : trained) + p->offset;
        if (same_shape(from, p))
            memcpy(into, source, p->count * sizeof *into);
        else if (strcmp(p->name, "top.posterior.weight") == 0)
            widen_posterior(to, from, source, p, into);
    }
    inside_destroy(&in);
    return status;
}
