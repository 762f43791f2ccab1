// Writes the model's layers down as a graph: encoder, top latent, decoder, levels, losses.
//
// Activations of preset `small`, [d][h][w][c] of one clip of 32x128x128; stage i of encoder and decoder meet
// at one grid. Other presets differ in channels (vae_config.c); clips of half the size do without
// stage 0.
//
//   stage  encoder's features              decoder's state       level's latent   spatial bias
//   clip   32 128 128  4                   32 128 128  4
//     0    16  64  64 16  2x2x2 blocks     16  64  64 16
//     1     8  32  32 32  conv k4 s2        8  32  32 32
//     2     4  16  16 48  conv, block       4  16  16 48           4 16 16 2      yes
//     3     2   8   8 64  conv, block       2   8   8 64           2  8  8 8      yes
//     4     1   4   4 96  conv, block       1   4   4 96  start
//    top   posterior of features of 4 and means of 0 to 3, and the class: 24 numbers
//
//   condition   24 + 16  top latent and embedding of the class: writes the spatial bias
//   style       40 + 128, the mapping's hidden layer: writes the start, and FiLM's scale and shift of each stage;
//               in other presets also FiLM in each block, and the poses of the waves that join the spatial bias
//
// `mograph info small` lists every layer.
#include "model/net/vae.h"

#include "model/net/layers.h"
#include "model/noise/density.h"
#include "runtime/align.h"
#include "shaders/film/film.h"
#include "shaders/fourier/fourier.h"
#include "shaders/kl/kl.h"
#include "shaders/reconstruction/picture_loss.h"
#include "shaders/reparameterise/reparameterise.h"

#include <stdio.h>
#include <string.h>

// What is known while a model is written down.
struct writer {
    struct vae *vae;
    struct net net;
    struct tensor features[VAE_MAX_STAGES]; // of the encoder, for posteriors
    struct tensor means[VAE_MAX_STAGES];    // of the features, but for the deepest
    struct tensor z, embedding;             // the top latent and what the class says
    struct tensor condition;                // both
    struct tensor style;                    // and what the mapping makes of them: FiLM of every level follows
    struct tensor pose;                     // of the waves, from their first grid on
    struct film films[VAE_MAX_STAGES][3];   // by stage: its own, and the two of its block
    enum op_dtype storage;                  // of activations with voxels
};

bool vae_mode_generates(enum vae_mode mode) {
    return mode == VAE_GENERATE || mode == VAE_BLEND || mode == VAE_ADVERSARY;
}

bool vae_mode_trains(enum vae_mode mode) {
    return mode == VAE_TRAIN || mode == VAE_TRAIN_FROZEN || mode == VAE_ADVERSARY;
}

static bool generates(const struct writer *w) {
    return vae_mode_generates(w->vae->mode);
}

static const char *label(char *text, size_t size, const char *part, uint32_t i, const char *what) {
    snprintf(text, size, "%s.%u.%s", part, i, what);
    return text;
}

// --- latents

// Of a prior, of the top posterior, and of what a level's posterior adds:
// sigma between e^-4 and e^4, e^-8 and e^8.
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
    GRAPH_APPLY(w->net.graph, kl_forward, &params, .mu_q = q.mu.value, .log_sigma_q = q.log_sigma.value,
                .mu_p = p.mu.value, .log_sigma_p = p.log_sigma.value, .kl = level->kl);
    graph_keep(w->net.graph, level->kl, false);
    if (vae_mode_trains(w->vae->mode))
        graph_seed(w->net.graph, level->kl);
}

// mu + exp(log_sigma) eps.
static struct tensor reparameterised(struct writer *w, struct gaussian from, const struct vae_level *level) {
    struct op_reparameterise params = {
        .n = w->net.n, .voxels = level->d * level->h * level->w, .c = level->c, .c_used = level->c_used};
    struct tensor z = from.mu;
    z.value = graph_activation(w->net.graph, "z", OP_F32, tensor_count(&w->net, z));
    GRAPH_APPLY(w->net.graph, reparameterise_forward, &params, .mu = from.mu.value,
                .log_sigma = from.log_sigma.value, .eps = level->eps, .z = z.value);
    return z;
}

// Encoding by inversion: the noise that gives z from the prior.
static void add_noise(struct writer *w, struct vae_level *level, struct gaussian p, struct tensor z) {
    struct op_reparameterise params = {
        .n = w->net.n, .voxels = level->d * level->h * level->w, .c = level->c, .c_used = level->c_used};
    level->noise = graph_activation(w->net.graph, "noise", OP_F32, tensor_count(&w->net, z));
    GRAPH_APPLY(w->net.graph, reparameterise_inverse, &params, .mu = p.mu.value,
                .log_sigma = p.log_sigma.value, .z = z.value, .eps = level->noise);
    graph_keep(w->net.graph, level->noise, false);
}

// A new level of latents with its noise.
static struct vae_level *add_level(struct writer *w, struct tensor like, uint32_t c_used) {
    uint32_t i = w->vae->level_count++;
    struct vae_level *level = &w->vae->levels[i];
    char name[32];
    snprintf(name, sizeof name, "eps%u", i);
    *level = (struct vae_level){.eps = layer_input(&w->net, name, like.d, like.h, like.w, like.c).value,
                                .kl = GRAPH_NONE,
                                .drop = GRAPH_NONE,
                                .zeros = GRAPH_NONE,
                                .mean = GRAPH_NONE,
                                .noise = GRAPH_NONE,
                                .d = like.d,
                                .h = like.h,
                                .w = like.w,
                                .c = like.c,
                                .c_used = c_used};
    return level;
}

// What is read off a level's posterior besides its sample.
static void watch_level(struct writer *w, struct vae_level *level, struct gaussian q, struct gaussian p,
                        struct tensor z) {
    add_kl(w, level, q, p);
    if (w->vae->mode == VAE_EVALUATE || w->vae->mode == VAE_TRAIN_FROZEN)
        add_noise(w, level, p, z);
    if (w->vae->mode == VAE_EVALUATE) {
        level->mean = q.mu.value;
        graph_keep(w->net.graph, level->mean, false);
    }
}

// --- encoder

// The first stage reads blocks of 2x2x2 voxels as one, without overlap: a convolution of 4 channels at full
// resolution costs a CPU device as much as all the rest. Residual blocks begin where they are cheap: what the
// encoder has to say is little.
static struct tensor write_stage(struct writer *w, uint32_t i, struct tensor x) {
    const struct conv_shape halving = {.kernel = 4, .stride = 2, .padding = 1},
                            blocks = {.kernel = 1, .stride = 1};
    uint32_t channels = w->vae->config.channels[i];
    char name[96];
    label(name, sizeof name, "encoder", i, "conv");
    if (i == 0)
        x = layer_cast(&w->net, layer_space_to_depth(&w->net, x), w->storage);
    w->net.io_layer = i == 0;
    x = layer_conv3d(&w->net, name, x, channels, i == 0 ? blocks : halving);
    w->net.io_layer = false;
    x = layer_batch_norm(&w->net, label(name, sizeof name, "encoder", i, "norm"), x, true);
    if (i > 1)
        x = layer_residual(&w->net, label(name, sizeof name, "encoder", i, "block"), x);
    return x;
}

// What is asked of the encoder is noisy: its gradient comes by way of the vector's noise and of a batch's
// statistics, and Muon's steps are as long for noise as for a gradient. With shorter ones the decoder
// follows a code that moves less (model/EXPERIMENTS.md).
#define ENCODER_LR_SCALE 0.3f

static void write_encoder(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    w->net.lr_scale = ENCODER_LR_SCALE;
    struct tensor x = layer_input(&w->net, "clip", c->d, c->h, c->w, 4);
    w->vae->clip = x.value;
    for (uint32_t i = 0; i < c->stages; i++) {
        w->features[i] = x = write_stage(w, i, x);
        if (i + 1 <
            c->stages) // before the next stage: backward, the mean adds to what that stage has written
            w->means[i] = layer_mean(&w->net, x);
    }
    w->net.lr_scale = 0.0f;
}

// --- top

// The deepest features whole, and the means of the early ones: colour is lost by the deepest level otherwise.
static struct gaussian top_posterior(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    struct tensor deep = layer_cast(&w->net, w->features[c->stages - 1], OP_F32);
    struct tensor all = layer_reshape(&w->net, deep, 1, 1, 1, deep.d * deep.h * deep.w * deep.c);
    for (uint32_t i = 0; i + 1 < c->stages; i++)
        all = layer_concat(&w->net, all, w->means[i]);
    all = layer_concat(&w->net, all, w->embedding);
    struct gaussian q;
    w->net.lr_scale = ENCODER_LR_SCALE;
    layer_halves(&w->net, layer_linear(&w->net, "top.posterior", all, 2 * c->top, 0.5f), &q.mu, &q.log_sigma);
    w->net.lr_scale = 0.0f;
    q.log_sigma = bounded(w, q.log_sigma, LOG_SIGMA_BOUND);
    return q;
}

static struct gaussian top_prior(struct writer *w) {
    struct gaussian p;
    layer_halves(&w->net, layer_linear(&w->net, "top.prior", w->embedding, 2 * w->vae->config.top, 0.0f),
                 &p.mu, &p.log_sigma);
    return p;
}

// What the class says.
static struct tensor write_class(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    if (w->vae->mode == VAE_BLEND) {
        struct tensor given = layer_input(&w->net, "embedding", 1, 1, 1, c->embedding);
        w->vae->embedding = given.value;
        return given;
    }
    w->vae->classes = graph_input(w->net.graph, "classes", OP_U32, w->net.n, false);
    return layer_embedding(&w->net, "embedding", w->vae->classes, c->classes, c->embedding);
}

// Hidden layers behind the condition (Karras et al. 2019). The first spreads its numbers to a deviation of 2,
// and the others keep them about there. One alone has the name that it had before there were more.
static struct tensor write_mapping(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    uint32_t layers = vae_mapping_layers(c);
    struct tensor x = w->condition;
    char name[32];
    for (uint32_t i = 0; i < layers; i++) {
        snprintf(name, sizeof name, layers > 1 ? "top.mapping.%u" : "top.mapping", i);
        x = layer_linear(&w->net, name, x, c->mapping_width, i == 0 ? 2.0f : 1.5f);
        x = layer_activation(&w->net, x, OP_ACTIVATION_SILU);
    }
    return x;
}

static void write_top(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    w->embedding = write_class(w);
    struct gaussian p = top_prior(w), q = generates(w) ? p : top_posterior(w);
    struct vae_level *level = add_level(w, p.mu, c->top);
    w->z = reparameterised(w, q, level);
    if (!generates(w))
        watch_level(w, level, q, p, w->z);
    w->condition = layer_concat(&w->net, w->z, w->embedding);
    w->style = c->mapping_width > 0 ? layer_concat(&w->net, w->condition, write_mapping(w)) : w->condition;
}

// --- decoder

// FiLM's numbers, written on first use: of stage i, 0: its own, 1 and 2: those of its block.
static struct film stage_film(struct writer *w, uint32_t i, uint32_t which) {
    static const char *const names[] = {"film", "block.film1", "block.film2"};
    char name[96];
    label(name, sizeof name, "decoder", i, names[which]);
    struct film *film = &w->films[i][which];
    if (film->both.value == GRAPH_NONE)
        *film = layer_film_numbers(&w->net, name, w->vae->config.channels[i], w->style);
    return *film;
}

static uint32_t film_count(const struct vae_config *c, uint32_t i) {
    return c->styled_blocks && i > 0 ? 3 : 1;
}

// Those of all stages before the voxels: then none waits for memory that voxels have had.
static void write_films(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    for (uint32_t i = 0; i < c->stages; i++)
        for (uint32_t which = 0; which < film_count(c, i); which++)
            stage_film(w, i, which);
    for (uint32_t i = 0; i < c->stages; i++)
        for (uint32_t which = 0; which < film_count(c, i); which++)
            layer_film_halves(&w->net, &w->films[i][which]);
}

// A head of a level: 1x1x1, BatchNorm, SiLU, 3x3x3 to means and log sigmas. It starts at nothing: a prior
// N(0, 1), and a posterior that is the prior.
static struct gaussian head(struct writer *w, const char *part, uint32_t i, struct tensor x,
                            uint32_t stored) {
    char name[96], what[32];
    struct gaussian g;
    snprintf(what, sizeof what, "%s.conv1", part);
    x = layer_conv3d(&w->net, label(name, sizeof name, "level", i, what), x, x.c,
                     (struct conv_shape){.kernel = 1, .stride = 1});
    snprintf(what, sizeof what, "%s.norm", part);
    x = layer_batch_norm(&w->net, label(name, sizeof name, "level", i, what), x, true);
    snprintf(what, sizeof what, "%s.conv2", part);
    x = layer_conv3d(
        &w->net, label(name, sizeof name, "level", i, what), x, 2 * stored,
        (struct conv_shape){.kernel = 3, .stride = 1, .padding = 1, .bias = true, .from_zero = true});
    layer_halves(&w->net, layer_cast(&w->net, x, OP_F32), &g.mu, &g.log_sigma);
    return g;
}

// x (1 + drop).
static struct tensor level_dropout(struct writer *w, struct vae_level *level, struct tensor x) {
    struct op_film params = {.n = w->net.n, .voxels = level->d * level->h * level->w, .c = level->c};
    level->drop = layer_input(&w->net, "drop", 1, 1, 1, level->c).value;
    level->zeros = layer_input(&w->net, "zeros", 1, 1, 1, level->c).value;
    struct tensor kept = x;
    kept.value = graph_activation(w->net.graph, "kept", OP_F32, tensor_count(&w->net, kept));
    GRAPH_APPLY(w->net.graph, film_forward, &params, .src = x.value, .scale = level->drop,
                .shift = level->zeros, .dst = kept.value);
    return kept;
}

// p from the decoder's state, q = p + what the encoder's features add. What is sampled has that addition
// behind level dropout; the KL divergence is the one without it.
static struct tensor posterior_sample(struct writer *w, uint32_t i, struct tensor x, struct vae_level *level,
                                      struct gaussian p) {
    struct gaussian r = head(w, "posterior", i, layer_concat(&w->net, x, w->features[i]), level->c), q, from;
    q.mu = layer_add(&w->net, p.mu, r.mu, 1.0f);
    q.log_sigma =
        layer_add(&w->net, p.log_sigma, layer_activation(&w->net, r.log_sigma, OP_ACTIVATION_TANH), 2.0f);
    from.mu = layer_add(&w->net, p.mu, level_dropout(w, level, r.mu), 1.0f);
    from.log_sigma = q.log_sigma;
    struct tensor z = reparameterised(w, from, level);
    watch_level(w, level, q, p, z);
    return z;
}

// Only the sample enters the decoder.
static struct tensor write_level(struct writer *w, uint32_t i, struct tensor x) {
    uint32_t used = w->vae->config.latent[i], stored = (uint32_t)rt_align_up(used, 4);
    char name[96];
    struct gaussian p = head(w, "prior", i, x, stored);
    p.log_sigma = bounded(w, p.log_sigma, LOG_SIGMA_BOUND);
    struct vae_level *level = add_level(w, p.mu, used);
    struct tensor z = generates(w) ? reparameterised(w, p, level) : posterior_sample(w, i, x, level, p);
    return layer_add(&w->net, x,
                     layer_conv3d(&w->net, label(name, sizeof name, "level", i, "input"),
                                  layer_cast(&w->net, z, w->storage), x.c,
                                  (struct conv_shape){.kernel = 1, .stride = 1, .bias = true}),
                     1.0f);
}

// Each voxel's 2x2x2 at full resolution (Shi et al. 2016) as channels, dark at first, as most of a clip is.
static struct tensor write_blocks(struct writer *w, struct tensor x) {
    const struct conv_shape shape = {
        .kernel = 3, .stride = 1, .padding = 1, .flat = true, .bias = true, .bias_start = -3.0f};
    w->net.io_layer = true;
    x = layer_conv3d(&w->net, "decoder.0.conv", x, 8 * 4, shape);
    w->net.io_layer = false;
    return x;
}

#define OUTPUT_GAIN "decoder.gain"

static struct tensor write_output(struct writer *w, struct tensor x) {
    x = layer_depth_to_space(&w->net, layer_cast(&w->net, write_blocks(w, x), OP_F32));
    x = layer_film(&w->net, OUTPUT_GAIN, x, layer_film_numbers(&w->net, OUTPUT_GAIN, 4, w->style));
    return layer_activation(&w->net, x, OP_ACTIVATION_SIGMOID);
}

static struct tensor write_start(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    uint32_t deepest = c->stages - 1, d = c->d >> c->stages, h = c->h >> c->stages, width = c->w >> c->stages;
    struct tensor x =
        layer_linear(&w->net, "decoder.start", w->style, d * h * width * c->channels[deepest], 1.0f);
    x = layer_reshape(&w->net, x, d, h, width, c->channels[deepest]);
    return layer_cast(&w->net, x, w->storage);
}

// The grids behind the start, whose 4x4 cells say no positions but their own, that are coarse enough to be
// written voxel by voxel.
static bool is_coarse(const struct vae_config *c, uint32_t i, struct tensor x) {
    return i != c->stages - 1 && (uint64_t)x.d * x.h * x.w <= c->spatial_bias_voxels;
}

// A bias for every voxel, written by the condition: the start alone has to say all positions in 4x4 cells,
// and convolutions carry them from there. It starts at nothing.
static struct tensor add_spatial_bias(struct writer *w, uint32_t i, struct tensor x) {
    char name[96];
    w->net.io_layer = true;
    struct tensor bias = layer_linear(&w->net, label(name, sizeof name, "decoder", i, "place"), w->condition,
                                      x.d * x.h * x.w * x.c, 0.0f);
    w->net.io_layer = false;
    bias = layer_reshape(&w->net, bias, x.d, x.h, x.w, x.c);
    return layer_add(&w->net, x, layer_cast(&w->net, bias, w->storage), 1.0f);
}

// What a pose may be at first: maps that turn, stretch and shift the clip by less than half.
#define POSE_GAIN 0.3f

// Waves over coordinates that the style moves (Karras et al. 2021): where something is becomes a number that
// the vector can turn. They join by weights that start at nothing, as convolutions without a bias: FiLM that
// follows has one. Poses do not, or all would stay alike.
static struct tensor add_waves(struct writer *w, uint32_t i, struct tensor x) {
    const struct vae_config *c = &w->vae->config;
    char name[96];
    if (w->pose.value == GRAPH_NONE)
        w->pose = layer_linear(&w->net, "decoder.pose", w->style, OP_POSE * c->poses, 1.4f);
    struct wave_shape shape = {.d = x.d,
                               .h = x.h,
                               .w = x.w,
                               .waves = c->waves,
                               .poses = c->poses,
                               .gain = POSE_GAIN,
                               .dtype = w->storage};
    struct tensor waves =
        layer_fourier(&w->net, label(name, sizeof name, "decoder", i, "fourier"), w->pose, shape);
    waves = layer_conv3d(&w->net, label(name, sizeof name, "decoder", i, "fourier.conv"), waves, x.c,
                         (struct conv_shape){.kernel = 1, .stride = 1, .from_zero = true});
    return layer_add(&w->net, x, waves, 1.0f);
}

static struct tensor write_block(struct writer *w, uint32_t i, struct tensor x) {
    char name[96];
    label(name, sizeof name, "decoder", i, "block");
    if (!w->vae->config.styled_blocks)
        return layer_residual(&w->net, name, x);
    const struct film films[2] = {stage_film(w, i, 1), stage_film(w, i, 2)};
    return layer_styled_residual(&w->net, name, x, films);
}

// To the state of stage 0.
static struct tensor write_decoder(struct writer *w) {
    const struct vae_config *c = &w->vae->config;
    if (generates(w)) // a model that trains keeps the order of its parameters, which checkpoints know it by
        write_films(w);
    struct tensor x = write_start(w);
    char name[96];
    for (uint32_t i = c->stages - 1;; i--) {
        bool coarse = is_coarse(c, i, x);
        x = coarse ? add_spatial_bias(w, i, x) : x;
        x = coarse && c->waves > 0 ? add_waves(w, i, x) : x;
        x = layer_film(&w->net, label(name, sizeof name, "decoder", i, "film"), x, stage_film(w, i, 0));
        x = i > 0 ? write_block(w, i, x) : x;
        if (c->latent[i] > 0)
            x = write_level(w, i, x);
        if (i == 0)
            return x;
        x = layer_up(&w->net, label(name, sizeof name, "decoder", i, "up"), x, c->channels[i - 1]);
        x = layer_batch_norm(&w->net, label(name, sizeof name, "decoder", i, "norm"), x, true);
    }
}

// --- losses

static const struct parameter calibration_tensor = {
    .name = VAE_CALIBRATION, .layout = PARAMETER_VECTOR, .out = OP_CALIBRATION_COUNT, .state = true};

// What every loss of a picture has.
static void add_loss_values(struct writer *w) {
    struct vae *vae = w->vae;
    struct graph *graph = w->net.graph;
    vae->calibration = graph_parameter(graph, &calibration_tensor);
    vae->squared_error = graph_activation(graph, "squared_error", OP_F32, w->net.n);
    vae->nll = graph_activation(graph, "nll", OP_F32, w->net.n);
    graph_keep(graph, vae->squared_error, false);
    graph_keep(graph, vae->nll, false);
}

static void write_loss(struct writer *w, struct tensor output) {
    struct vae *vae = w->vae;
    struct op_reconstruction params = {.n = w->net.n,
                                       .voxels = output.d * output.h * output.w,
                                       .c = 4,
                                       .c_used = 3,
                                       .sigma_floor = vae->config.sigma_floor};
    add_loss_values(w);
    GRAPH_APPLY(w->net.graph, reconstruction_forward, &params, .pred = output.value, .target = vae->clip,
                .calibration = vae->calibration, .squared_error = vae->squared_error, .nll = vae->nll);
}

// write_output and write_loss in one, where nobody sees the picture: at full resolution every pass counts.
static void write_output_loss(struct writer *w, struct tensor x) {
    struct vae *vae = w->vae;
    struct tensor deep = write_blocks(w, x);
    struct op_picture_loss params = {.dtype = deep.dtype,
                                     .n = w->net.n,
                                     .d = vae->config.d,
                                     .h = vae->config.h,
                                     .w = vae->config.w,
                                     .c = 4,
                                     .bd = 2,
                                     .bh = 2,
                                     .bw = 2,
                                     .c_used = 3,
                                     .sigma_floor = vae->config.sigma_floor};
    struct film gain = layer_film_numbers(&w->net, OUTPUT_GAIN, params.c, w->style);
    layer_film_halves(&w->net, &gain);
    add_loss_values(w);
    GRAPH_APPLY(w->net.graph, picture_loss_forward, &params, .deep = deep.value, .scale = gain.scale.value,
                .shift = gain.shift.value, .target = vae->clip, .calibration = vae->calibration,
                .squared_error = vae->squared_error, .nll = vae->nll);
}

static void write_picture(struct writer *w, struct tensor x) {
    struct vae *vae = w->vae;
    struct tensor output = write_output(w, x);
    vae->output = output.value;
    graph_keep(vae->graph, output.value, vae->mode == VAE_TRAIN_FROZEN);
    if (!generates(w))
        write_loss(w, output);
    else if (vae_mode_trains(vae->mode))
        graph_seed(vae->graph, output.value);
}

static struct parameter density_tensor(const char *name, uint32_t rows, uint32_t columns) {
    struct parameter tensor = {.layout = PARAMETER_TABLE, .in = rows, .out = columns, .state = true};
    snprintf(tensor.name, sizeof tensor.name, "%s", name);
    return tensor;
}

static enum rt_status add_density(const struct vae_config *c, struct parameters *parameters) {
    const struct parameter tensors[] = {
        calibration_tensor,
        density_tensor(VAE_DENSITY_MEAN, c->classes, c->top),
        density_tensor(VAE_DENSITY_CHOLESKY, c->classes * c->top, c->top),
        density_tensor(VAE_DENSITY_CENTRE, c->classes * DENSITY_PARTS, c->top),
        density_tensor(VAE_DENSITY_WEIGHT, c->classes, DENSITY_PARTS),
        density_tensor(VAE_DENSITY_KERNEL, c->classes * DENSITY_KERNELS, c->top),
        density_tensor(VAE_DENSITY_KERNEL_WEIGHT, c->classes, DENSITY_KERNELS),
        density_tensor(VAE_DENSITY_WIDTH, c->classes, 1),
    };
    enum rt_status status = RT_OK;
    uint32_t index;
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors && status == RT_OK; i++)
        status = parameters_add(parameters, &tensors[i], &index);
    return status;
}

// The network, from clip or noise to output and losses.
static void write_network(struct vae *vae, uint32_t n) {
    bool batch_statistics = vae->mode == VAE_TRAIN || vae->mode == VAE_ESTIMATE;
    struct writer w = {.vae = vae,
                       .net = {.graph = vae->graph, .n = n, .frozen = !batch_statistics},
                       .storage = vae_mode_trains(vae->mode) ? vae->config.storage : OP_F32};
    if (!generates(&w))
        write_encoder(&w);
    write_top(&w);
    struct tensor x = write_decoder(&w);
    if (batch_statistics)
        write_output_loss(&w, x);
    else
        write_picture(&w, x);
    if (vae_mode_trains(vae->mode) && !generates(&w))
        graph_seed(vae->graph, vae->nll);
}

enum rt_status vae_init(struct vae *vae, const struct vae_config *config, enum vae_mode mode, uint32_t n,
                        const struct op_target *target, struct parameters *parameters, uint64_t chunk_bytes) {
    *vae = (struct vae){
        .config = *config, .mode = mode, .n = n}; // values that a mode does without stay GRAPH_NONE
    if (!vae_check(config))
        return RT_ERROR_INVALID;
    enum rt_status status = graph_create(target, parameters, &vae->graph);
    if (status != RT_OK)
        return status;
    write_network(vae, n);
    if (!vae_mode_trains(mode) && mode != VAE_ESTIMATE)
        graph_fuse(vae->graph);
    status = graph_status(vae->graph);
    if (status == RT_OK)
        status = add_density(config, parameters);
    if (status == RT_OK)
        status = graph_finish(vae->graph, vae_mode_trains(mode), chunk_bytes);
    if (status != RT_OK)
        vae_finish(vae);
    return status;
}

void vae_finish(struct vae *vae) {
    graph_destroy(&vae->graph);
}

bool vae_is_of_encoder(const struct parameter *p) {
    static const char encoder[] = "encoder.", head[] = "top.posterior.";
    return !p->state && (strncmp(p->name, encoder, sizeof encoder - 1) == 0 ||
                         strncmp(p->name, head, sizeof head - 1) == 0);
}

uint32_t vae_noise_count(const struct vae *vae) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < vae->level_count; i++)
        count += vae->levels[i].d * vae->levels[i].h * vae->levels[i].w * vae->levels[i].c_used;
    return count;
}
