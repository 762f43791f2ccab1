#include "model/vae.h"

#include "model/layers.h"
#include "runtime/log.h"
#include "shaders/kl/kl.h"
#include "shaders/reconstruction/reconstruction.h"
#include "shaders/reparameterise/reparameterise.h"

#include <stdio.h>
#include <string.h>

static const struct vae_config presets[] = {
    {"tiny", 8, 32, 32, 3, {8, 16, 24}, 8, {0, 2, 4}, 6, 8},
    {"small", 32, 128, 128, 5, {16, 32, 44, 64, 96}, 24, {0, 0, 2, 8, 0}, 6, 16},
    {"base", 32, 128, 128, 5, {32, 64, 128, 192, 256}, 48, {0, 0, 2, 8, 0}, 6, 32},
    {"article", 32, 128, 128, 5, {16, 32, 44, 64, 96}, 64, {0, 0, 0, 0, 0}, 6, 16},
};

const struct vae_config *vae_preset_at(uint32_t i) {
    return i < sizeof presets / sizeof presets[0] ? &presets[i] : NULL;
}

const struct vae_config *vae_preset(const char *name) {
    for (uint32_t i = 0; vae_preset_at(i) != NULL; i++)
        if (strcmp(name, presets[i].name) == 0)
            return &presets[i];
    return NULL;
}

bool vae_check(const struct vae_config *c) {
    const char *wrong = NULL;
    uint32_t step = c->stages < 31 ? 1u << c->stages : 0;
    if (c->stages < 1 || c->stages > VAE_MAX_STAGES)
        wrong = "stages must be 1 to 6";
    else if (c->d == 0 || c->h == 0 || c->w == 0 || c->d % step != 0 || c->h % step != 0 || c->w % step != 0)
        wrong = "frames, height and width must be multiples of 2 to the power of stages";
    else if (c->top == 0 || c->top % 4 != 0 || c->embedding == 0 || c->embedding % 4 != 0 || c->classes == 0)
        wrong = "top and embedding must be multiples of 4, and there must be a class";
    for (uint32_t i = 0; i < VAE_MAX_STAGES && i < c->stages && wrong == NULL; i++)
        if (c->channels[i] == 0 || c->channels[i] % 4 != 0)
            wrong = "channels must be multiples of 4";
    if (wrong != NULL)
        rt_log(RT_LOG_ERROR, "model %s (%ux%ux%u, %u stages): %s", c->name, c->w, c->h, c->d, c->stages,
               wrong);
    return wrong == NULL;
}

// What is known while a model is written down.
struct writer {
    struct vae *vae;
    struct net net;
    struct tensor features[VAE_MAX_STAGES]; // of the encoder, for posteriors
    struct tensor z, embedding;             // the top latent and what the class says
    struct tensor told;                     // both: what every level is told
};

static bool generates(const struct writer *w) {
    return w->vae->mode == VAE_GENERATE;
}

static const char *label(char *text, size_t size, const char *part, uint32_t i, const char *what) {
    snprintf(text, size, "%s.%u.%s", part, i, what);
    return text;
}

// --- latents

// Of a prior, of the top posterior, and of what a level's posterior adds: sigma between e^-4 and e^4, e^-8
// and e^8.
#define LOG_SIGMA_BOUND 4.0f

struct gaussian {
    struct tensor mu, log_sigma;
};

static struct tensor scaled(struct writer *w, struct tensor x, float factor) {
    return layer_add(&w->net, x, x, factor - 1.0f);
}

// half tanh(x / half): between -half and half, a smooth clamp that always lets a gradient through.
static struct tensor bounded(struct writer *w, struct tensor x, float half) {
    return scaled(w, layer_activation(&w->net, scaled(w, x, 1.0f / half), OP_ACTIVATION_TANH), half);
}

static void add_kl(struct writer *w, struct vae_level *level, struct gaussian q, struct gaussian p) {
    struct op_kl params = {
        .n = w->net.n, .voxels = level->d * level->h * level->w, .c = level->c, .c_used = level->c_used};
    level->kl = graph_activation(w->net.graph, "kl", OP_F32, w->net.n);
    graph_apply(
        w->net.graph, OP_kl_forward, &params,
        (uint32_t[OP_MAX_ARGS]){q.mu.value, q.log_sigma.value, p.mu.value, p.log_sigma.value, level->kl});
    graph_keep(w->net.graph, level->kl, false);
    if (w->vae->mode == VAE_TRAIN)
        graph_seed(w->net.graph, level->kl);
}

// z = mu + exp(log_sigma) eps of one level; q is ignored when generating.
static struct tensor sample(struct writer *w, struct gaussian q, struct gaussian p, uint32_t c_used) {
    struct vae_level *level = &w->vae->levels[w->vae->level_count++];
    struct gaussian from = generates(w) ? p : q;
    struct tensor mu = from.mu;
    char name[32];
    *level =
        (struct vae_level){.kl = GRAPH_NONE, .d = mu.d, .h = mu.h, .w = mu.w, .c = mu.c, .c_used = c_used};
    snprintf(name, sizeof name, "eps%u", w->vae->level_count - 1);
    struct tensor eps = layer_input(&w->net, name, mu.d, mu.h, mu.w, mu.c), z = mu;
    level->eps = eps.value;
    if (!generates(w))
        add_kl(w, level, q, p);
    struct op_reparameterise params = {
        .n = w->net.n, .voxels = mu.d * mu.h * mu.w, .c = mu.c, .c_used = c_used};
    z.value = graph_activation(w->net.graph, "z", OP_F32, tensor_count(&w->net, mu));
    graph_apply(w->net.graph, OP_reparameterise_forward, &params,
                (uint32_t[OP_MAX_ARGS]){mu.value, from.log_sigma.value, GRAPH_NONE, eps.value, z.value});
    return z;
}

// --- encoder

static void write_encoder(struct writer *w) {
    const struct conv_shape halving = {4, 2, 1, false};
    const struct vae_config *c = &w->vae->config;
    char name[96];
    struct tensor x = layer_input(&w->net, "clip", c->d, c->h, c->w, 4);
    w->vae->clip = x.value;
    for (uint32_t i = 0; i < c->stages; i++) {
        x = layer_conv3d(&w->net, label(name, sizeof name, "encoder", i, "conv"), x, c->channels[i], halving);
        x = layer_batch_norm(&w->net, label(name, sizeof name, "encoder", i, "norm"), x, true);
        if (i > 0)
            x = layer_residual(&w->net, label(name, sizeof name, "encoder", i, "block"), x);
        w->features[i] = x;
    }
}

// --- top

// The deepest features whole, and the means of the early ones: colour is lost by the deepest level otherwise.
static struct gaussian top_posterior(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    struct tensor deep = w->features[c->stages - 1];
    struct tensor all = layer_reshape(&w->net, deep, 1, 1, 1, deep.d * deep.h * deep.w * deep.c);
    for (uint32_t i = 0; i + 1 < c->stages; i++)
        all = layer_concat(&w->net, all, layer_mean(&w->net, w->features[i]));
    all = layer_concat(&w->net, all, w->embedding);
    struct gaussian q;
    layer_halves(&w->net, layer_linear(&w->net, "top.posterior", all, 2 * c->top, 0.5f), &q.mu, &q.log_sigma);
    q.log_sigma = bounded(w, q.log_sigma, LOG_SIGMA_BOUND);
    return q;
}

static struct gaussian top_prior(struct writer *w) {
    struct gaussian p;
    layer_halves(&w->net, layer_linear(&w->net, "top.prior", w->embedding, 2 * w->vae->config.top, 0.0f),
                 &p.mu, &p.log_sigma);
    return p;
}

static void write_top(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    w->vae->classes = graph_input(w->net.graph, "classes", OP_U32, w->net.n, false);
    w->embedding = layer_embedding(&w->net, "embedding", w->vae->classes, c->classes, c->embedding);
    struct gaussian p = top_prior(w), q = p;
    if (!generates(w))
        q = top_posterior(w);
    w->z = sample(w, q, p, c->top);
    w->told = layer_concat(&w->net, w->z, w->embedding);
}

// --- decoder

// A head of a level: 1x1x1, BatchNorm, SiLU, 3x3x3 to means and log sigmas.
static struct gaussian head(struct writer *w, const char *part, uint32_t i, struct tensor x,
                            uint32_t stored) {
    char name[96], what[32];
    struct gaussian g;
    snprintf(what, sizeof what, "%s.conv1", part);
    x = layer_conv3d(&w->net, label(name, sizeof name, "level", i, what), x, x.c,
                     (struct conv_shape){1, 1, 0, false});
    snprintf(what, sizeof what, "%s.norm", part);
    x = layer_batch_norm(&w->net, label(name, sizeof name, "level", i, what), x, true);
    snprintf(what, sizeof what, "%s.conv2", part);
    x = layer_conv3d(&w->net, label(name, sizeof name, "level", i, what), x, 2 * stored,
                     (struct conv_shape){3, 1, 1, true});
    layer_halves(&w->net, x, &g.mu, &g.log_sigma);
    return g;
}

// p from the decoder's state, q = p + what the encoder's features add; only the sample enters the decoder.
static struct tensor write_level(struct writer *w, uint32_t i, struct tensor x) {
    uint32_t used = w->vae->config.latent[i], stored = (used + 3) / 4 * 4;
    char name[96];
    struct gaussian p = head(w, "prior", i, x, stored), q = p;
    p.log_sigma = bounded(w, p.log_sigma, LOG_SIGMA_BOUND);
    if (!generates(w)) {
        struct gaussian r = head(w, "posterior", i, layer_concat(&w->net, x, w->features[i]), stored);
        q.mu = layer_add(&w->net, p.mu, r.mu, 1.0f);
        q.log_sigma =
            layer_add(&w->net, p.log_sigma, layer_activation(&w->net, r.log_sigma, OP_ACTIVATION_TANH), 2.0f);
    }
    struct tensor z = sample(w, q, p, used);
    return layer_add(&w->net, x,
                     layer_conv3d(&w->net, label(name, sizeof name, "level", i, "input"), z, x.c,
                                  (struct conv_shape){1, 1, 0, true}),
                     1.0f);
}

static struct tensor write_decoder(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    uint32_t deepest = c->stages - 1, d = c->d >> c->stages, h = c->h >> c->stages, width = c->w >> c->stages;
    char name[96];
    struct tensor x =
        layer_linear(&w->net, "decoder.start", w->told, d * h * width * c->channels[deepest], 1.0f);
    x = layer_reshape(&w->net, x, d, h, width, c->channels[deepest]);
    for (uint32_t i = deepest;; i--) {
        x = layer_film(&w->net, label(name, sizeof name, "decoder", i, "film"), x, w->told);
        if (i > 0)
            x = layer_residual(&w->net, label(name, sizeof name, "decoder", i, "block"), x);
        if (c->latent[i] > 0)
            x = write_level(w, i, x);
        if (i == 0)
            break;
        x = layer_up(&w->net, label(name, sizeof name, "decoder", i, "up"), x, c->channels[i - 1]);
        x = layer_batch_norm(&w->net, label(name, sizeof name, "decoder", i, "norm"), x, true);
    }
    x = layer_up_biased(&w->net, "decoder.0.up", x, 4, -3.0f); // dark, as most of a clip is
    x = layer_film(&w->net, "decoder.gain", x, w->told);
    return layer_activation(&w->net, x, OP_ACTIVATION_SIGMOID);
}

// --- losses

static void write_losses(struct writer *w, struct tensor output) {
    struct vae *vae = w->vae;
    struct graph *graph = w->net.graph;
    struct op_reconstruction params = {
        .n = w->net.n, .voxels = output.d * output.h * output.w, .c = 4, .c_used = 3};
    vae->calibration = graph_input(graph, "calibration", OP_F32, OP_CALIBRATION_COUNT, false);
    vae->squared_error = graph_activation(graph, "squared_error", OP_F32, w->net.n);
    vae->nll = graph_activation(graph, "nll", OP_F32, w->net.n);
    graph_apply(
        graph, OP_reconstruction_forward, &params,
        (uint32_t[OP_MAX_ARGS]){output.value, vae->clip, vae->calibration, vae->squared_error, vae->nll});
    graph_keep(graph, vae->squared_error, false);
    graph_keep(graph, vae->nll, false);
    if (vae->mode == VAE_TRAIN)
        graph_seed(graph, vae->nll);
}

enum rt_status vae_init(struct vae *vae, const struct vae_config *config, enum vae_mode mode, uint32_t n,
                        const struct op_target *target, struct parameters *parameters, uint64_t chunk_bytes) {
    *vae = (struct vae){.config = *config,
                        .mode = mode,
                        .n = n,
                        .clip = GRAPH_NONE,
                        .calibration = GRAPH_NONE,
                        .squared_error = GRAPH_NONE,
                        .nll = GRAPH_NONE};
    if (!vae_check(config))
        return RT_ERROR_INVALID;
    enum rt_status status = graph_create(target, parameters, &vae->graph);
    if (status != RT_OK)
        return status;
    struct writer w = {.vae = vae, .net = {.graph = vae->graph, .n = n, .frozen = mode != VAE_TRAIN}};
    if (mode != VAE_GENERATE)
        write_encoder(&w);
    write_top(&w);
    struct tensor output = write_decoder(&w);
    vae->output = output.value;
    graph_keep(vae->graph, output.value, false);
    if (mode != VAE_GENERATE)
        write_losses(&w, output);
    status = graph_finish(vae->graph, mode == VAE_TRAIN, chunk_bytes);
    if (status != RT_OK)
        vae_finish(vae);
    return status;
}

void vae_finish(struct vae *vae) {
    graph_destroy(&vae->graph);
}

uint32_t vae_noise_count(const struct vae *vae) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < vae->level_count; i++)
        count += vae->levels[i].d * vae->levels[i].h * vae->levels[i].w * vae->levels[i].c_used;
    return count;
}
