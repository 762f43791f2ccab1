// Writes the discriminator's layers down as a graph.
#include "model/net/discriminator.h"

#include "model/net/layers.h"
#include "runtime/log.h"

#include <stdio.h>

#define SLOPE 0.2f
enum { STAGES = 3, EMBEDDING = 16, BLOCK_CHANNELS = 8, SMALLEST = 8 };

static const uint32_t channels[STAGES] = {16, 32, 64};

struct discriminator_config discriminator_for(const struct vae_config *c) {
    bool large = c->d >= 16 && c->h >= 128 && c->w >= 128;
    return (struct discriminator_config){
        .d = c->d, .h = c->h, .w = c->w, .classes = c->classes, .blocks = large};
}

static struct tensor write_blocks(struct net *net, struct tensor x) {
    x = layer_conv3d(net, "discriminator.blocks", layer_space_to_depth(net, x), BLOCK_CHANNELS,
                     (struct conv_shape){.kernel = 1, .stride = 1, .bias = true});
    return layer_leaky_relu(net, x, SLOPE);
}

static struct tensor write_stage(struct net *net, uint32_t i, struct tensor x) {
    char name[32];
    snprintf(name, sizeof name, "discriminator.%u", i);
    x = layer_conv3d(net, name, x, channels[i],
                     (struct conv_shape){.kernel = 4, .stride = 2, .padding = 1, .bias = true});
    return layer_leaky_relu(net, x, SLOPE);
}

// Class projection by FiLM: w (x (1 + s(class)) + t(class)) + b = (w + v(class)) x + b(class) with
// v(class) = w s(class), the inner product of features and class beside the one that all classes share.
static struct discriminator_head write_head(struct net *net, uint32_t i, struct tensor x,
                                            struct tensor class) {
    char name[32];
    snprintf(name, sizeof name, "discriminator.head%u.class", i);
    x = layer_film(net, name, x, layer_film_numbers(net, name, x.c, class));
    snprintf(name, sizeof name, "discriminator.head%u", i);
    struct tensor logits =
        layer_conv3d(net, name, x, 4, (struct conv_shape){.kernel = 1, .stride = 1, .bias = true});
    graph_keep(net->graph, logits.value, false);
    graph_seed(net->graph, logits.value);
    return (struct discriminator_head){logits.value, logits.d * logits.h * logits.w};
}

static void write_network(struct discriminator *d, const struct discriminator_config *c,
                          enum discriminator_mode mode) {
    struct net net = {.graph = d->graph, .n = d->n};
    struct tensor x = {GRAPH_NONE, c->d, c->h, c->w, 4, OP_F32};
    bool score = mode == DISCRIMINATOR_SCORE;
    x.value = d->clips = graph_input(d->graph, "clips", OP_F32, tensor_count(&net, x), score);
    d->classes = graph_input(d->graph, "classes", OP_U32, d->n, false);
    if (score) {
        graph_hold_parameters(d->graph);
        graph_keep(d->graph, d->clips, true);
    }
    struct tensor class = layer_embedding(&net, "discriminator.embedding", d->classes, c->classes, EMBEDDING);
    if (c->blocks)
        x = write_blocks(&net, x);
    for (uint32_t i = 0; i < STAGES; i++) {
        x = write_stage(&net, i, x);
        if (i + DISCRIMINATOR_HEADS >= STAGES) {
            uint32_t head = i + DISCRIMINATOR_HEADS - STAGES;
            d->heads[head] = write_head(&net, head, x, class);
        }
    }
}

static bool check(const struct discriminator_config *c) {
    uint32_t smallest = c->blocks ? 2 * SMALLEST : SMALLEST, odd = c->blocks ? (c->d | c->h | c->w) % 2 : 0;
    if (c->d >= smallest && c->h >= smallest && c->w >= smallest && odd == 0 && c->classes > 0)
        return true;
    rt_log(RT_LOG_ERROR,
           "discriminator of clips of %ux%ux%u, %u classes: width, height and frames must be at least %u%s, "
           "and there must be a class",
           c->w, c->h, c->d, c->classes, smallest, c->blocks ? " and even" : "");
    return false;
}

enum rt_status discriminator_init(struct discriminator *d, const struct discriminator_config *config,
                                  enum discriminator_mode mode, uint32_t n, const struct op_target *target,
                                  struct parameters *parameters, uint64_t chunk_bytes) {
    *d = (struct discriminator){.n = n};
    if (!check(config))
        return RT_ERROR_INVALID;
    enum rt_status status = graph_create(target, parameters, &d->graph);
    if (status != RT_OK)
        return status;
    write_network(d, config, mode);
    status = graph_finish(d->graph, true, chunk_bytes);
    if (status != RT_OK)
        discriminator_finish(d);
    return status;
}

void discriminator_finish(struct discriminator *d) {
    graph_destroy(&d->graph);
}
