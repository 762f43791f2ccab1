// What adversary.c and adversary_record.c share.
#ifndef MOGRAPH_MODEL_TRAIN_ADVERSARY_PRIVATE_H
#define MOGRAPH_MODEL_TRAIN_ADVERSARY_PRIVATE_H

#include "model/net/discriminator.h"
#include "model/train/adversary.h"
#include "shaders/grad_clip/grad_clip.h"
#include "shaders/hinge/hinge.h"
#include "shaders/sum_squares/sum_squares.h"

// Streams of noise (noise.h) that nothing else draws from in a step.
enum { ADVERSARY_STREAM_LATENT = 0x100, ADVERSARY_STREAM_INPUT = 0x200 };

// Where a step leaves its numbers, in floats: hinge.h's results per head and side, grad_clip.h's result,
// and two sums of squares.
enum {
    ADVERSARY_HINGE,
    ADVERSARY_GRAD_CLIP = DISCRIMINATOR_HEADS * OP_HINGE_SIDES * OP_HINGE_RESULTS,
    ADVERSARY_RECONSTRUCTION = ADVERSARY_GRAD_CLIP + 4,
    ADVERSARY_IMAGE = ADVERSARY_RECONSTRUCTION + 4,
    ADVERSARY_RESULTS = ADVERSARY_IMAGE + 4
};

// Kept on the device between steps, 16 bytes each.
enum {
    ADVERSARY_GRAD_CLIP_STATE,
    ADVERSARY_ANCHORS, // of the first head
    ADVERSARY_KEPT = ADVERSARY_ANCHORS + DISCRIMINATOR_HEADS
};

// What the host remembers; running norms over some ten steps.
struct adversary_memory {
    float steps, reconstruction, image;
};

struct adversary {
    struct op_library *library;
    const struct vae *model;
    struct parameters *model_parameters;
    struct adversary_options options;
    struct vae generator;
    struct parameters *parameters; // the discriminator's
    struct discriminator learner;  // real clips, then generated ones
    struct discriminator score;    // generated ones
    struct adversary_memory memory;
    float scale, loss_scale; // of this step

    struct rt_buffer inputs; // in shared memory: [2 n][d][h][w][4], real clips, generated ones, with noise
    struct rt_buffer aside;  // in shared memory: the model's own gradient

    struct rt_arena *device;
    struct rt_buffer kept[ADVERSARY_KEPT], results, scratch;
    struct rt_buffer classes;      // u32 [2 n]
    struct rt_buffer scales, mask; // film.h's, [n][4] and [2 n][4]
    struct rt_arena *host;
    struct rt_buffer seed, hyper, grad_clip_limits, scales_written, results_read;
    struct rt_buffer weights_train, weights_score; // d_result of hinge.h
};

static inline uint32_t adversary_voxels(const struct adversary *a) {
    return a->model->config.d * a->model->config.h * a->model->config.w;
}

// Parameters of its operations that memory and recording must agree on.
struct op_hinge adversary_hinge(const struct adversary *a, uint32_t head, enum op_hinge_side side);
struct op_grad_clip adversary_grad_clip(const struct adversary *a);
struct op_sum_squares adversary_norm(const struct adversary *a);

#endif
