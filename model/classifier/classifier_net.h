// The classifier's network: what kind of clip is this, and a vector of features to compare clips by.
//
//   reduced clip -> conv k3 s2 32 -> conv k3 s2 48 -> conv k3 s2 64 -> mean over voxels -> linear -> softmax
//                   BatchNorm, SiLU each                              = features           = logits
#ifndef MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_NET_H
#define MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_NET_H

#include "model/graph/graph.h"

enum { CLASSIFIER_FEATURES = 64 };

struct classifier_config {
    uint32_t d, h, w; // of a reduced clip: frames, height, width
    uint32_t classes;
};

enum classifier_mode {
    CLASSIFIER_TRAIN, // batch statistics, loss and backward pass
    CLASSIFIER_RUN,   // frozen statistics: a clip's result does not depend on its batch
};

struct classifier_net {
    uint32_t n;
    struct graph *graph;
    uint32_t clips;    // input [n][d][h][w][4], see classifier_input.h
    uint32_t labels;   // input u32 [n]; GRAPH_NONE in CLASSIFIER_RUN, as are the next
    uint32_t loss;     // [n], nats; d_loss is the weight of each sample
    uint32_t features; // [n][CLASSIFIER_FEATURES]
    uint32_t logits;   // [n][outputs]
    uint32_t outputs;  // classes, padded to a multiple of 4 with some that no clip is of
};

// Writes the network down for n clips, finishes its graph and plans its memory. `parameters` gets the tensors
// ("classifier.0.conv.weight", ...) and must outlive it; both modes share one set. Errors: RT_ERROR_INVALID,
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status classifier_net_init(struct classifier_net *net, const struct classifier_config *config,
                                   enum classifier_mode mode, uint32_t n, const struct op_target *target,
                                   struct parameters *parameters, uint64_t chunk_bytes);
void classifier_net_finish(struct classifier_net *net);

#endif
