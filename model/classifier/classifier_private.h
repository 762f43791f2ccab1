// What the files of the classifier share.
#ifndef MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_PRIVATE_H
#define MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_PRIVATE_H

#include "model/classifier/classifier.h"
#include "model/train/loss_scale.h"

enum { CLASSIFIER_BATCH = 16 };

struct classifier {
    struct op_library *library;
    struct classifier_config config;
    struct parameters *parameters;
    struct classifier_net train, run; // share memory and inputs
    struct rt_arena *activations, *inputs, *host;
    struct rt_buffer clips;                   // f32 [CLASSIFIER_BATCH][d][h][w][4]
    struct rt_buffer labels, d_loss;          // of a step, host-visible
    struct rt_buffer hyper, grad_clip_limits; // of a step: optimiser_hyper, grad_clip_limits
    struct rt_buffer loss, result;            // of a step, results
    struct rt_buffer grad_clip_state, grad_clip_result, scratch; // of grad_clip
    struct rt_stream *training, *running;
    struct loss_scale loss_scale;
    float *batch; // on the host: clips on their way in, results on their way out
};

// Weights and state to and from host arrays of the parameters' counts.
enum rt_status classifier_set_weights(struct classifier *classifier, const float *trained,
                                      const float *state);
enum rt_status classifier_get_weights(struct classifier *classifier, float *trained, float *state);

#endif
