// Starts a model from the weights of another: other kinds, or half or twice the size.
#include "model/weights/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_model(const struct vae_config *a, const struct vae_config *b) {
    return a->stages == b->stages && a->d == b->d && a->h == b->h && a->w == b->w && a->top == b->top &&
           a->embedding == b->embedding && memcmp(a->channels, b->channels, sizeof a->channels) == 0 &&
           memcmp(a->latent, b->latent, sizeof a->latent) == 0;
}

bool grow_fits(const struct vae_config *from, const struct vae_config *to) {
    const struct vae_config *large = from->stages < to->stages ? to : from, *small = large == to ? from : to;
    struct vae_config inside = *large;
    if (small->stages < large->stages)
        vae_fit(&inside, large->d / 2, large->h / 2, large->w / 2);
    return same_model(&inside, small);
}

// The weights that are there, read whole.
struct given {
    struct vae vae;
    struct parameters *parameters;
    float *trained, *state;
};

static void given_destroy(struct given *in) {
    free(in->trained);
    free(in->state);
    vae_finish(&in->vae);
    parameters_destroy(&in->parameters);
}

static enum rt_status given_read(struct given *in, const struct weights *weights,
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
        return rt_no_memory("weights");
    return weights_read(weights, in->parameters, in->trained, in->state);
}

// What a tensor is called in a model that counts its stages from `further` further out:
// "decoder.3.up.weight" is "decoder.2.up.weight" in the inside, where `further` is -1.
// False for those of a stage that is not there.
static bool name_given(const char *name, long further, char *text, size_t size) {
    static const char *const counted[] = {"encoder.", "decoder.", "level."};
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        size_t length = strlen(counted[i]);
        if (strncmp(name, counted[i], length) != 0 || name[length] < '0' || name[length] > '9')
            continue;
        char *rest;
        long stage = strtol(name + length, &rest, 10) + further;
        snprintf(text, size, "%s%ld%s", counted[i], stage, rest);
        return stage >= 0;
    }
    snprintf(text, size, "%s", name);
    return true;
}

// What differs from kind to kind.
static bool is_of_kinds(const char *name) {
    return strcmp(name, VAE_EMBEDDING) == 0 || strncmp(name, VAE_DENSITY, strlen(VAE_DENSITY)) == 0;
}

static bool same_shape(const struct parameter *a, const struct parameter *b) {
    return a->layout == b->layout && memcmp(a->kernel, b->kernel, sizeof a->kernel) == 0 && a->in == b->in &&
           a->out == b->out;
}

// The top's posterior reads the deepest features whole, then the means of all others: those of the new stage
// come first among these, and say nothing yet. Those of a stage that is left out say nothing more. Its rows
// are what it reads.
static void fit_posterior(const struct vae_config *to, const struct parameter *from, const float *source,
                          const struct parameter *p, float *into) {
    uint64_t deepest = (uint64_t)(to->d >> to->stages) * (to->h >> to->stages) * (to->w >> to->stages) *
                       to->channels[to->stages - 1] * p->out;
    uint64_t added = p->in > from->in ? (uint64_t)(p->in - from->in) * p->out : 0;
    uint64_t left_out = p->in < from->in ? (uint64_t)(from->in - p->in) * p->out : 0;
    memcpy(into, source, deepest * sizeof *into);
    memset(into + deepest, 0, added * sizeof *into);
    memcpy(into + deepest + added, source + deepest + left_out,
           (from->count - deepest - left_out) * sizeof *into);
}

// What reads the style: the condition, then the mapping's last layer.
static bool reads_style(const struct parameter *p, const struct vae_config *c) {
    return p->layout == PARAMETER_LINEAR && strncmp(p->name, "decoder.", strlen("decoder.")) == 0 &&
           p->in == c->top + c->embedding + c->mapping_width;
}

// A mapping that the weights do not have says nothing yet: what they knew is in the condition's rows.
static void fit_style(const struct vae_config *to, const float *source, const struct parameter *p,
                      float *into) {
    uint64_t condition = (uint64_t)(to->top + to->embedding) * p->out;
    memcpy(into, source, condition * sizeof *into);
    memset(into + condition, 0, (p->count - condition) * sizeof *into);
}

// One tensor from its counterpart.
static void copy_tensor(const struct vae_config *given, const struct vae_config *to,
                        const struct parameter *from, const float *source, const struct parameter *p,
                        float *into) {
    bool style = reads_style(from, given) && reads_style(p, to) && from->out == p->out;
    if (style && !vae_same_mapping(given, to))
        fit_style(to, source, p, into);
    else if (same_shape(from, p))
        memcpy(into, source, p->count * sizeof *into);
    else if (strcmp(p->name, "top.posterior.weight") == 0)
        fit_posterior(to, from, source, p, into);
}

// --- the new stage

enum { SUBS = 8, STORED = 4, COLOURS = 3 }; // voxels of a block, channels of a voxel, those that are used

// What the passage paints with before anything is learnt: most of a clip is dark.
#define CONTRAST 2.0f
#define DARKNESS (-4.0f)

// The tensors of both models that the passage is written with.
struct passage {
    const float *in, *out;                   // of the small one: [32][c1], [3][3][c1][32]
    float *means, *down, *up, *paint, *bias; // of the large one
    uint32_t c0, c1;
};

static float *tensor(const struct parameters *parameters, float *trained, const char *name) {
    return trained + parameters_find(parameters, name)->offset; // vae_init has added it
}

// Place `i` along axis 0, 1 or 2 (d, h, w) of voxel `sub` of a block.
static uint32_t parity(uint32_t sub, int axis) {
    return sub >> (2 - axis) & 1;
}

static size_t tap4(uint32_t kd, uint32_t kh, uint32_t kw) {
    return ((size_t)kd * 4 + kh) * 4 + kw;
}

// Blocks to the mean of each colour, as it is and negated.
static void write_means(const struct passage *p) {
    for (uint32_t in = 0; in < SUBS * STORED; in++)
        for (uint32_t out = 0; out < 2 * COLOURS; out++)
            p->means[in * p->c0 + out] = in % STORED == out / 2 ? (out % 2 == 0 ? 1.0f : -1.0f) / SUBS : 0.0f;
}

// What the small model's first layer made of a block of its clip, from the means.
static void write_down(const struct passage *p) {
    memset(p->down, 0, 64 * (size_t)p->c0 * p->c1 * sizeof *p->down);
    for (uint32_t sub = 0; sub < SUBS; sub++)
        for (uint32_t in = 0; in < 2 * COLOURS; in++) {
            size_t tap = tap4(1 + parity(sub, 0), 1 + parity(sub, 1), 1 + parity(sub, 2));
            const float *from = p->in + (sub * STORED + in / 2) * p->c1;
            float *to = p->down + (tap * p->c0 + in) * p->c1;
            for (uint32_t out = 0; out < p->c1; out++)
                to[out] = in % 2 == 0 ? from[out] : -from[out];
        }
}

// Of a transposed convolution k4 s2 p1: the tap by which an output of the given parity sees what a kernel of
// 3 sees through `k`. It does not see the neighbour on its far side: that counts as the voxel itself.
static uint32_t tap_up(uint32_t parity, uint32_t k) {
    bool near = parity == 0 ? k == 0 : k == 2;
    return near ? (parity == 0 ? 3 : 0) : 1 + parity;
}

// What the small model's last layer painted, a colour and its negative at each voxel of its clip.
static void write_up(const struct passage *p) {
    for (uint32_t tap = 0; tap < 64; tap++)
        for (uint32_t in = 0; in < p->c1; in++)
            memset(p->up + ((size_t)tap * p->c1 + in) * p->c0, 0, 2 * COLOURS * sizeof *p->up);
    for (uint32_t sub = 0; sub < SUBS; sub++)
        for (uint32_t k = 0; k < 9; k++) {
            size_t tap =
                tap4(1 + parity(sub, 0), tap_up(parity(sub, 1), k / 3), tap_up(parity(sub, 2), k % 3));
            for (uint32_t in = 0; in < p->c1; in++)
                for (uint32_t out = 0; out < 2 * COLOURS; out++) {
                    float weight = p->out[((size_t)k * p->c1 + in) * SUBS * STORED + sub * STORED + out / 2];
                    p->up[(tap * p->c1 + in) * p->c0 + out] += out % 2 == 0 ? weight : -weight;
                }
        }
}

// Each voxel to a block of its colour.
static void write_paint(const struct passage *p) {
    memset(p->paint, 0, 9 * (size_t)p->c0 * SUBS * STORED * sizeof *p->paint);
    float *centre = p->paint + 4 * (size_t)p->c0 * SUBS * STORED;
    for (uint32_t sub = 0; sub < SUBS; sub++)
        for (uint32_t in = 0; in < 2 * COLOURS; in++) {
            centre[(size_t)in * SUBS * STORED + sub * STORED + in / 2] = in % 2 == 0 ? CONTRAST : -CONTRAST;
            p->bias[sub * STORED + in / 2] = DARKNESS;
        }
}

static void write_passage(const struct given *in, const struct vae_config *to,
                          const struct parameters *parameters, float *trained) {
    const struct passage p = {.in = tensor(in->parameters, in->trained, "encoder.0.conv.weight"),
                              .out = tensor(in->parameters, in->trained, "decoder.0.conv.weight"),
                              .means = tensor(parameters, trained, "encoder.0.conv.weight"),
                              .down = tensor(parameters, trained, "encoder.1.conv.weight"),
                              .up = tensor(parameters, trained, "decoder.1.up.weight"),
                              .paint = tensor(parameters, trained, "decoder.0.conv.weight"),
                              .bias = tensor(parameters, trained, "decoder.0.conv.bias"),
                              .c0 = to->channels[0],
                              .c1 = to->channels[1]};
    if (p.c0 < 2 * COLOURS)
        return; // no room for pairs: it starts as any new layer
    write_means(&p);
    write_down(&p);
    write_up(&p);
    write_paint(&p);
}

enum rt_status grow_read(const struct weights *weights, const struct op_target *target,
                         const struct vae_config *to, const struct parameters *parameters, bool same_kinds,
                         float *trained, float *state) {
    struct given in = {.parameters = NULL};
    enum rt_status status = given_read(&in, weights, target);
    long further = (long)weights_config(weights)->stages - (long)to->stages;
    for (uint32_t i = 0; i < parameters_count(parameters) && status == RT_OK; i++) {
        const struct parameter *p = parameters_get(parameters, i), *from = NULL;
        char name[sizeof p->name + 16];
        snprintf(name, sizeof name, "%s", p->name);
        if (name_given(p->name, further, name, sizeof name) && (same_kinds || !is_of_kinds(p->name)))
            from = parameters_find(in.parameters, name);
        if (from == NULL)
            continue;
        const float *source = (p->state ? in.state : in.trained) + from->offset;
        float *into = (p->state ? state : trained) + p->offset;
        copy_tensor(weights_config(weights), to, from, source, p, into);
    }
    if (status == RT_OK && further < 0)
        write_passage(&in, to, parameters, trained);
    given_destroy(&in);
    return status;
}
