// Writes the classifier's layers down as a graph.
#include "model/classifier/classifier_net.h"

#include "model/net/layers.h"
#include "runtime/align.h"
#include "runtime/log.h"
#include "shaders/softmax_cross_entropy/softmax_cross_entropy.h"

#include <stdio.h>

enum { STAGES = 3 };

static const uint32_t channels[STAGES] = {32, 48, CLASSIFIER_FEATURES};

static struct tensor write_stage(struct net *net, uint32_t i, struct tensor x) {
    char name[32];
    snprintf(name, sizeof name, "classifier.%u.conv", i);
    x = layer_conv3d(net, name, x, channels[i], (struct conv_shape){.kernel = 3, .stride = 2, .padding = 1});
    snprintf(name, sizeof name, "classifier.%u.norm", i);
    return layer_batch_norm(net, name, x, true);
}

static void write_loss(struct classifier_net *c) {
    struct op_softmax_cross_entropy params = {.n = c->n, .classes = c->outputs};
    c->labels = graph_input(c->graph, "labels", OP_U32, c->n, false);
    c->loss = graph_activation(c->graph, "loss", OP_F32, c->n);
    uint32_t probabilities = graph_activation(c->graph, "probabilities", OP_F32, (uint64_t)c->n * c->outputs);
    GRAPH_APPLY(c->graph, softmax_cross_entropy_forward, &params, .logits = c->logits, .labels = c->labels,
                .loss = c->loss, .probabilities = probabilities);
    graph_keep(c->graph, c->loss, false);
    graph_seed(c->graph, c->loss);
}

static void write_network(struct classifier_net *c, const struct classifier_config *config,
                          enum classifier_mode mode) {
    struct net net = {.graph = c->graph, .n = c->n, .frozen = mode == CLASSIFIER_RUN};
    struct tensor x = layer_input(&net, "clips", config->d, config->h, config->w, 4);
    c->clips = x.value;
    for (uint32_t i = 0; i < STAGES; i++)
        x = write_stage(&net, i, x);
    x = layer_mean(&net, x);
    c->features = x.value;
    c->outputs = (uint32_t)rt_align_up(config->classes, 4);
    c->logits = layer_linear(&net, "classifier.head", x, c->outputs, 1.0f).value;
    graph_keep(c->graph, c->features, false);
    graph_keep(c->graph, c->logits, false);
    c->labels = c->loss = GRAPH_NONE;
    if (mode == CLASSIFIER_TRAIN)
        write_loss(c);
}

enum rt_status classifier_net_init(struct classifier_net *net, const struct classifier_config *config,
                                   enum classifier_mode mode, uint32_t n, const struct op_target *target,
                                   struct parameters *parameters, uint64_t chunk_bytes) {
    *net = (struct classifier_net){.n = n};
    if (config->d < 1 || config->h < 1 || config->w < 1 || config->classes < 1 || n < 1) {
        rt_log(RT_LOG_ERROR, "a classifier of %u classes for %u clips of %ux%ux%u cannot be", config->classes,
               n, config->w, config->h, config->d);
        return RT_ERROR_INVALID;
    }
    enum rt_status status = graph_create(target, parameters, &net->graph);
    if (status != RT_OK)
        return status;
    write_network(net, config, mode);
    if (mode == CLASSIFIER_RUN)
        graph_fuse(net->graph);
    status = graph_finish(net->graph, mode == CLASSIFIER_TRAIN, chunk_bytes);
    if (status != RT_OK)
        classifier_net_finish(net);
    return status;
}

void classifier_net_finish(struct classifier_net *net) {
    graph_destroy(&net->graph);
}
