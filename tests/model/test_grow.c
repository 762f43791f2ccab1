// Growing: every tensor of a model of small clips is where the larger one has it, and what the small model
// does not have starts as it would have.
#include "model/noise/draw.h"
#include "model/weights/grow.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct op_target host = {.family = OP_FAMILY_LANE,
                                      .cpu = true,
                                      .subgroup_size = 8,
                                      .max_invocations = 1024,
                                      .max_shared_bytes = 32768};
static const char *const names[] = {"burst", "fountain", "orbit", "ripple", "snow", "vortex"};

struct model {
    struct vae vae;
    struct parameters *parameters;
    float *trained, *state;
};

static void begin(struct model *m, const struct vae_config *config, uint64_t seed) {
    CHECK(parameters_create(&m->parameters) == RT_OK);
    CHECK(vae_init(&m->vae, config, VAE_TRAIN, 1, &host, m->parameters, 0) == RT_OK);
    parameters_layout(m->parameters);
    m->trained = calloc(parameters_trained_count(m->parameters), sizeof *m->trained);
    m->state = calloc(parameters_state_count(m->parameters), sizeof *m->state);
    parameters_start_values(m->parameters, seed, m->trained, m->state);
}

static void end(struct model *m) {
    free(m->trained);
    free(m->state);
    vae_finish(&m->vae);
    parameters_destroy(&m->parameters);
}

static void save(const struct model *m, const char *path) {
    struct weights_content content = {.config = &m->vae.config,
                                      .class_names = names,
                                      .parameters = m->parameters,
                                      .trained = m->trained,
                                      .state = m->state};
    CHECK(weights_save(path, &content) == RT_OK);
}

// By way of a file.
static void grow_from(const struct model *small, const struct vae_config *to, bool same_kinds,
                      struct model *large) {
    char path[64];
    struct weights *weights = NULL;
    snprintf(path, sizeof path, "grow-%ld.safetensors", (long)getpid());
    save(small, path);
    if (CHECK(weights_open(path, &weights) == RT_OK)) {
        CHECK(grow_fits(weights_config(weights), to));
        CHECK(grow_read(weights, &host, to, large->parameters, same_kinds, large->trained, large->state) ==
              RT_OK);
    }
    weights_close(&weights);
    unlink(path);
}

// Every number its own, so that one in the wrong place is found.
static void number(struct model *m) {
    for (uint64_t i = 0; i < parameters_trained_count(m->parameters); i++)
        m->trained[i] = (float)i;
    for (uint64_t i = 0; i < parameters_state_count(m->parameters); i++)
        m->state[i] = -(float)i;
}

static const float *values(const struct model *m, const struct parameter *p) {
    return (p->state ? m->state : m->trained) + p->offset;
}

static bool same(const struct model *a, const char *name_a, const struct model *b, const char *name_b) {
    const struct parameter *p = parameters_find(a->parameters, name_a),
                           *q = parameters_find(b->parameters, name_b);
    bool equal = p != NULL && q != NULL && p->count == q->count &&
                 memcmp(values(a, p), values(b, q), p->count * sizeof(float)) == 0;
    if (!equal)
        fprintf(stderr, "%s and %s differ\n", name_a, name_b);
    return equal;
}

// Rows of the posterior: what it reads of the deepest features, of the new stages' means, of the rest.
static void check_posterior(const struct model *small, const struct model *large, uint32_t deepest,
                            uint32_t added) {
    const struct parameter *p = parameters_find(small->parameters, "top.posterior.weight"),
                           *q = parameters_find(large->parameters, "top.posterior.weight");
    CHECK(q->in == p->in + added && q->out == p->out);
    const float *from = values(small, p), *to = values(large, q);
    CHECK(memcmp(from, to, (size_t)deepest * p->out * sizeof *to) == 0);
    for (uint32_t i = 0; i < added * p->out; i++)
        CHECK(to[(size_t)deepest * p->out + i] == 0.0f);
    CHECK(memcmp(from + (size_t)deepest * p->out, to + (size_t)(deepest + added) * p->out,
                 (size_t)(p->in - deepest) * p->out * sizeof *to) == 0);
}

static void check_places(const struct model *small, const struct model *large, const struct model *fresh) {
    static const char *const kept[][2] = {
        {"encoder.1.conv.weight", "encoder.2.conv.weight"},
        {"encoder.0.norm.running_mean", "encoder.1.norm.running_mean"},
        {"decoder.1.up.weight", "decoder.2.up.weight"},
        {"decoder.1.block.conv2.bias", "decoder.2.block.conv2.bias"},
        {"decoder.0.film.weight", "decoder.1.film.weight"},
        {"level.1.prior.conv2.weight", "level.2.prior.conv2.weight"},
        {"level.0.input.weight", "level.1.input.weight"},
        {"decoder.0.place.weight", "decoder.1.place.weight"},
        {"decoder.0.fourier.frequencies", "decoder.1.fourier.frequencies"},
        {"decoder.0.fourier.conv.weight", "decoder.1.fourier.conv.weight"},
        {"decoder.1.block.film2.weight", "decoder.2.block.film2.weight"},
        {"decoder.pose.weight", "decoder.pose.weight"},
        {"top.mapping.1.weight", "top.mapping.1.weight"},
        {"decoder.start.weight", "decoder.start.weight"},
        {"decoder.gain.bias", "decoder.gain.bias"},
        {"embedding.weight", "embedding.weight"},
        {"top.prior.weight", "top.prior.weight"},
        {VAE_CALIBRATION, VAE_CALIBRATION},
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        CHECK(same(small, kept[i][0], large, kept[i][1]));
    static const char *const new[] = {"decoder.0.film.weight", "decoder.1.block.conv1.weight",
                                      "encoder.2.block.conv2.weight", "encoder.0.norm.weight"};
    for (size_t i = 0; i < sizeof new / sizeof new[0]; i++)
        CHECK(same(large, new[i], fresh, new[i]));
}

// --- the passage

static const float *tensor(const struct model *m, const char *name, uint32_t *out) {
    const struct parameter *p = parameters_find(m->parameters, name);
    *out = p->out;
    return values(m, p);
}

static double silu(double x) {
    return x / (1.0 + exp(-x));
}

// A block of the small clip, of which each voxel is a block of the large one:
// what the first layers make of it.
static void check_way_in(const struct model *small, const struct model *large) {
    uint32_t c0, c1;
    const float *means = tensor(large, "encoder.0.conv.weight", &c0),
                *down = tensor(large, "encoder.1.conv.weight", &c1),
                *first = tensor(small, "encoder.0.conv.weight", &c1);
    float voxels[8 * 8 * 3];
    draw_normal(11, DRAW_SAMPLES, 0, voxels, sizeof voxels / sizeof voxels[0]);
    for (uint32_t out = 0; out < c1; out++) {
        double wanted = 0.0, got = 0.0;
        for (uint32_t sub = 0; sub < 8; sub++) {
            uint32_t tap = ((1 + sub / 4) * 4 + 1 + sub / 2 % 2) * 4 + 1 + sub % 2;
            for (uint32_t i = 0; i < 8 * 3; i++)
                wanted += (double)first[(sub * 4 + i % 3) * c1 + out] * (double)voxels[sub * 24 + i] / 8.0;
            for (uint32_t channel = 0; channel < c0; channel++) {
                double mean = 0.0;
                for (uint32_t i = 0; i < 8 * 3; i++)
                    mean += (double)means[(i / 3 * 4 + i % 3) * c0 + channel] * (double)voxels[sub * 24 + i];
                got += (double)down[(tap * c0 + channel) * c1 + out] * silu(mean);
            }
        }
        CHECK(fabs(wanted - got) < 1e-4 * (1.0 + fabs(wanted)));
    }
}

// Of features that are the same everywhere, a voxel's colour in the small clip: the block's in the large one.
static void check_way_out(const struct model *small, const struct model *large) {
    uint32_t c0, c1 = 0, painted;
    const struct parameter *p = parameters_find(small->parameters, "decoder.0.conv.weight");
    const float *last = values(small, p), *up = tensor(large, "decoder.1.up.weight", &c0),
                *paint = tensor(large, "decoder.0.conv.weight", &painted);
    float x[64];
    c1 = p->in;
    CHECK(c1 <= 64 && painted == 32);
    draw_normal(12, DRAW_SAMPLES, 0, x, c1);
    for (uint32_t i = 0; i < 8 * 3; i++) {
        uint32_t sub = i / 3, colour = i % 3;
        double wanted = 0.0, got = 0.0, signal[64] = {0.0};
        for (uint32_t k = 0; k < 9 * c1; k++)
            wanted += (double)last[k * 32 + sub * 4 + colour] * (double)x[k % c1];
        for (uint32_t tap = 0; tap < 64; tap++) {
            bool d = (tap / 16 + sub / 4) % 2 == 1, h = (tap / 4 % 4 + sub / 2 % 2) % 2 == 1,
                 w = (tap % 4 + sub % 2) % 2 == 1;
            for (uint32_t k = 0; k < c0 * c1 && d && h && w; k++)
                signal[k % c0] += (double)up[(size_t)tap * c1 * c0 + k] * (double)x[k / c0];
        }
        for (uint32_t channel = 0; channel < c0; channel++) // of the block's last voxel
            got += (double)paint[(4 * c0 + channel) * 32 + 7 * 4 + colour] * silu(signal[channel]);
        CHECK(wanted != 0.0 && fabs(2.0 * wanted - got) < 1e-4 * (1.0 + fabs(wanted)));
    }
}

static void what_was_learnt_passes(void) {
    struct vae_config config = *vae_preset("tiny"), inside = config;
    vae_fit(&inside, config.d / 2, config.h / 2, config.w / 2);
    struct model small, large;
    begin(&small, &inside, 1);
    begin(&large, &config, 2);
    grow_from(&small, &config, true, &large);
    check_way_in(&small, &large);
    check_way_out(&small, &large);
    end(&small);
    end(&large);
}

// All that the small model has is in the large one, but for its first and last layers.
static void check_nothing_lost(const struct model *small, const struct model *large) {
    float largest = (float)(parameters_trained_count(small->parameters) - 1);
    uint64_t found = 0, first = parameters_find(small->parameters, "encoder.0.conv.weight")->count;
    uint64_t last = parameters_find(small->parameters, "decoder.0.conv.weight")->count +
                    parameters_find(small->parameters, "decoder.0.conv.bias")->count;
    uint64_t tensors = 0;
    for (uint32_t i = 0; i < parameters_count(small->parameters); i++)
        if (!parameters_get(small->parameters, i)->state)
            tensors += parameters_get(small->parameters, i)->count;
    // Starting values are small or one: what is at least two is from the small model, each number once.
    char *seen = calloc((size_t)largest + 1, 1);
    for (uint64_t i = 0; i < parameters_trained_count(large->parameters); i++) {
        float value = large->trained[i];
        if (value >= 2.0f && value <= largest && value == (float)(uint64_t)value && !seen[(uint64_t)value]++)
            found++;
    }
    free(seen);
    CHECK(found + 2 >= tensors - first - last);
}

static void everything_finds_its_place(void) {
    struct vae_config config = *vae_preset("tiny"), inside = config;
    vae_fit(&inside, config.d / 2, config.h / 2, config.w / 2);
    CHECK(inside.stages == 2 && inside.channels[0] == config.channels[1] &&
          inside.latent[1] == config.latent[2]);
    struct model small, large, fresh;
    begin(&small, &inside, 1);
    begin(&large, &config, 2);
    begin(&fresh, &config, 2);
    number(&small);
    grow_from(&small, &config, true, &large);
    check_posterior(&small, &large, 4 * 4 * config.channels[2], config.channels[0]);
    check_places(&small, &large, &fresh);
    check_nothing_lost(&small, &large);
    end(&small);
    end(&large);
    end(&fresh);
}

// The inside of a model of large clips begins one of small ones: all of it but the first and last layers, and
// what its posterior reads less.
static void the_inside_is_enough(void) {
    struct vae_config config = *vae_preset("tiny"), inside = config;
    vae_fit(&inside, config.d / 2, config.h / 2, config.w / 2);
    struct model large, small, fresh;
    begin(&large, &config, 1);
    begin(&small, &inside, 2);
    begin(&fresh, &inside, 2);
    number(&large);
    grow_from(&large, &inside, true, &small);
    for (uint32_t i = 0; i < parameters_count(small.parameters); i++) {
        const char *name = parameters_get(small.parameters, i)->name;
        char outer[96];
        snprintf(outer, sizeof outer, "%s", name);
        char *digit = strpbrk(outer, "0123456789"), *numbered = strchr(outer, '.') + 1;
        if (digit == numbered)
            ++*digit;
        bool anew = strcmp(name, "encoder.0.conv.weight") == 0 || strncmp(name, "decoder.0.conv.", 15) == 0;
        if (strcmp(name, "top.posterior.weight") != 0)
            CHECK(same(&small, name, anew ? &fresh : &large, anew ? name : outer));
    }
    const struct parameter *p = parameters_find(small.parameters, "top.posterior.weight"),
                           *q = parameters_find(large.parameters, "top.posterior.weight");
    uint32_t deepest = 4 * 4 * config.channels[2] * p->out, left_out = config.channels[0] * p->out;
    CHECK(q->count == p->count + left_out);
    CHECK(memcmp(values(&small, p), values(&large, q), deepest * sizeof(float)) == 0);
    CHECK(memcmp(values(&small, p) + deepest, values(&large, q) + deepest + left_out,
                 (p->count - deepest) * sizeof(float)) == 0);
    end(&large);
    end(&small);
    end(&fresh);
}

static bool is_zero(const struct model *m, const char *name) {
    const struct parameter *p = parameters_find(m->parameters, name);
    bool zero = p != NULL;
    for (uint64_t i = 0; zero && i < p->count; i++)
        zero = values(m, p)[i] == 0.0f;
    return zero;
}

// Weights with another mapping, or from before there was one, without styled blocks and waves: what the
// condition says is kept, what a mapping says that the weights do not know is nothing yet, and so is all else
// that is new.
static void parts_are_added(uint32_t mapping_width) {
    struct vae_config config = *vae_preset("tiny"), before = config;
    before.mapping_width = mapping_width;
    before.mapping_layers = before.styled_blocks = before.waves = before.poses = 0;
    struct model old, new, fresh;
    begin(&old, &before, 1);
    begin(&new, &config, 2);
    begin(&fresh, &config, 2);
    number(&old);
    grow_from(&old, &config, true, &new);
    static const char *const fitted[] = {"decoder.start.weight", "decoder.gain.weight",
                                         "decoder.0.film.weight"};
    for (size_t i = 0; i < sizeof fitted / sizeof fitted[0]; i++) {
        const struct parameter *p = parameters_find(old.parameters, fitted[i]),
                               *q = parameters_find(new.parameters, fitted[i]);
        uint64_t condition = (config.top + config.embedding) * p->out;
        CHECK(p->out == q->out && q->count == condition + config.mapping_width * q->out);
        CHECK(memcmp(values(&old, p), values(&new, q), condition * sizeof(float)) == 0);
        for (uint64_t at = condition; at < q->count; at++)
            CHECK(values(&new, q)[at] == 0.0f);
    }
    CHECK(same(&old, "decoder.1.place.weight", &new, "decoder.1.place.weight"));
    CHECK(same(&new, "top.mapping.0.weight", &fresh, "top.mapping.0.weight"));
    CHECK(same(&new, "decoder.pose.weight", &fresh, "decoder.pose.weight"));
    CHECK(is_zero(&new, "decoder.1.block.film1.weight") && is_zero(&new, "decoder.1.block.film2.bias"));
    CHECK(is_zero(&new, "decoder.1.fourier.conv.weight"));
    end(&old);
    end(&new);
    end(&fresh);
}

// Frequencies are drawn once, within what the grid can hold.
static void waves_are_drawn(void) {
    struct model m;
    struct vae_config config = *vae_preset("small");
    config.waves = 48;
    config.poses = 2;
    begin(&m, &config, 3);
    const struct parameter *p = parameters_find(m.parameters, "decoder.2.fourier.frequencies");
    CHECK(p != NULL && p->in == 48 && p->out == 3 && p->state);
    CHECK(parameters_find(m.parameters, "decoder.4.fourier.frequencies") == NULL &&
          parameters_find(m.parameters, "decoder.1.fourier.frequencies") == NULL);
    double lowest = 1e9, highest = 0.0;
    for (uint32_t i = 0; p != NULL && i < p->in; i++) {
        const float *f = values(&m, p) + 3 * i;
        double cycles = hypot((double)f[0], (double)f[1]);
        lowest = fmin(lowest, cycles);
        highest = fmax(highest, cycles);
        CHECK(fabs((double)f[2]) < 3.0);
    }
    CHECK(lowest >= 0.5 - 1e-6 && lowest < 0.7 && highest > 3.0 && highest <= 4.0 + 1e-6);
    end(&m);
}

static void what_grows_into_what(void) {
    struct vae_config to = *vae_preset("small"), half = to, quarter = to, other;
    vae_fit(&half, 16, 64, 64);
    vae_fit(&quarter, 8, 32, 32);
    CHECK(half.stages == 4 && quarter.stages == 3 && vae_check(&half) && vae_check(&quarter));
    CHECK(grow_fits(&half, &to) && grow_fits(&quarter, &half) && !grow_fits(&quarter, &to));
    CHECK(grow_fits(&to, &to) && grow_fits(&to, &half) && !grow_fits(&to, &quarter));
    other = to;
    other.spatial_bias_voxels = 0; // the older way of writing the coarse grids
    CHECK(grow_fits(&other, &to) && grow_fits(&to, &other));
    other = half;
    other.top += 4;
    CHECK(!grow_fits(&other, &to));
    other = half;
    other.channels[3] += 4;
    CHECK(!grow_fits(&other, &to));
    other = half;
    other.w *= 2; // not half of the width
    CHECK(!grow_fits(&other, &to));
    other = half;
    other.classes++; // other kinds
    CHECK(grow_fits(&other, &to));
}

static void a_preset_fits_small_clips(void) {
    struct vae_config config = *vae_preset("small");
    vae_fit(&config, 64, 256, 256); // as many halvings as there are stages: nothing is left out
    CHECK(config.stages == 5 && config.w == 256 && vae_check(&config));
    vae_fit(&config, 32, 100, 100); // 25x25x8 would be left
    test_quiet(true);
    CHECK(config.stages == 5 && !vae_check(&config));
    test_quiet(false);
}

// Of the model of other kinds all is taken but what tells them apart.
static void other_kinds_begin_anew(void) {
    struct vae_config config = *vae_preset("tiny"), fewer = config;
    fewer.classes = 2;
    struct model six, two, fresh;
    begin(&six, &config, 1);
    begin(&two, &fewer, 2);
    begin(&fresh, &fewer, 2);
    number(&six);
    grow_from(&six, &fewer, false, &two);
    for (uint32_t i = 0; i < parameters_count(two.parameters); i++) {
        const char *name = parameters_get(two.parameters, i)->name;
        bool of_kinds = strcmp(name, VAE_EMBEDDING) == 0 || strncmp(name, "density.", 8) == 0;
        CHECK(same(&two, name, of_kinds ? &fresh : &six, name));
    }
    end(&six);
    end(&two);
    end(&fresh);
}

int main(void) {
    test_begin();
    a_preset_fits_small_clips();
    what_grows_into_what();
    everything_finds_its_place();
    what_was_learnt_passes();
    the_inside_is_enough();
    parts_are_added(0);
    parts_are_added(16);
    waves_are_drawn();
    other_kinds_begin_anew();
    return test_end();
}
