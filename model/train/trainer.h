// Training: one recorded step, replayed. A step is: clips to tensor with augmentation, noise, forward pass,
// losses, backward pass, in the second phase the adversary, clipping, Muon and AdamW with an average of the
// weights. RECIPE of the losses: sigma-VAE likelihood (reconstruction.h) plus beta KL for every level, beta
// by rate control (rate.h), finer levels dropped at random (schedule.h).
//
// Everything that decides a step is a function of the seed, the step's number and the state that a checkpoint
// keeps: a resumed run is bit-identical to an unbroken one on the same device.
#ifndef MOGRAPH_MODEL_TRAIN_TRAINER_H
#define MOGRAPH_MODEL_TRAIN_TRAINER_H

#include "model/clips/clip_store.h"
#include "model/net/vae.h"
#include "model/net/vae_inputs.h"
#include "model/train/adversary.h"
#include "model/train/loss_scale.h"
#include "model/train/rate.h"
#include "model/train/schedule.h"

enum trainer_optimiser { TRAINER_MUON, TRAINER_ADAMW };

struct trainer_options {
    enum trainer_optimiser optimiser; // of hidden layers' weights; the rest is AdamW's
    uint32_t batch;
    uint64_t epochs, seed;
    struct schedule schedule;           // `steps` is filled in from epochs
    float beta;                         // 0: rate control; else the KL's weight at every level
    float rate[VAE_MAX_STAGES + 1];     // nats a clip that rate control aims at, top first
    float rate_speed;                   // of rate control, see rate_update
    float weight_decay;                 // of weights, not of biases and scales
    float grad_clip;                    // largest multiple of the gradient's running norm; 0: none
    struct adversary_options adversary; // of the second phase; its seed is this one's
    float sigma_floor;                  // smallest deviation of the likelihood, of a pixel in 0 to 1
    uint32_t augment;                   // of enum sampler_augment
    enum op_dtype storage;              // of activations: OP_F32 or OP_BF16
    float loss_scale;                   // that it begins with (loss_scale.h); 0: the kernels say it
    bool overfit; // the same batch every step, no KL, no dropout: shows that everything learns
    double renew; // part of the clips that every epoch replaces by new ones (sampler.h): they are streamed
    bool stream;  // clips come from the reader thread even if they would fit
    bool profile; // trainer_stream times every record: a step takes longer
};

// What one step gave. Means over the batch.
struct trainer_report {
    uint64_t step; // counted from 0
    bool skipped;  // loss or gradient was not finite: nothing was changed
    bool rescaled; // the gradient overflowed fp16, the loss scale was halved: no sign of a run gone wrong
    float nll;     // nats a clip
    float mse;     // of a number in 0 to 1
    float sigma;   // of the likelihood
    float kl[VAE_MAX_STAGES + 1], beta[VAE_MAX_STAGES + 1];
    float lr, gradient_norm, grad_clip_factor;
    float loss_scale;   // of this step
    bool has_adversary; // the second phase
    struct adversary_report adversary;
    // For clips that were not there in time: of a step that streams or gathers them.
    double waited_ms;
};

// Device memory in bytes.
struct trainer_memory {
    uint64_t parameters, activations, inputs, clips, total;
    uint64_t free;
    bool streamed; // the data set does not fit beside the rest
    struct clip_store_plan store;
};

struct trainer;

// Builds everything; weights start by the seed. Source and library must outlive the trainer,
// which the caller owns. Errors: RT_ERROR_INVALID, RT_ERROR_OUT_OF_MEMORY
// (what is needed and what to lower is logged), RT_ERROR_IO.
enum rt_status trainer_create(struct op_library *library, const struct vae_config *config,
                              const struct clip_source *source, const struct trainer_options *options,
                              struct trainer **out);
void trainer_destroy(struct trainer **trainer);

// The memory that trainer_create would take, without taking it.
enum rt_status trainer_plan(struct op_library *library, const struct vae_config *config,
                            const struct clip_source *source, const struct trainer_options *options,
                            struct trainer_memory *memory);

// Gives a fresh trainer other weights to start from: arrays as parameters_start_values fills them.
enum rt_status trainer_set_weights(struct trainer *trainer, const float *trained, const float *state);

// Where rate control has got to at each level, top first, and where a fresh
// trainer begins with it (at 1 without this; levels behind `count` keep that).
// Nothing happens where beta is fixed. beta[VAE_MAX_STAGES + 1].
uint32_t trainer_betas(const struct trainer *trainer, float *beta);
void trainer_set_betas(struct trainer *trainer, const float *beta, uint32_t count);

uint64_t trainer_step_count(const struct trainer *trainer); // of the whole run
uint64_t trainer_steps_done(const struct trainer *trainer);
// Whether the last step was one of the second phase: its weights have learnt under the running statistics
// that the phase began with, and are another model under any others.
bool trainer_is_frozen(const struct trainer *trainer);
// Whether the whole run is the second phase: its encoder is that of the weights that it began with.
bool trainer_began_frozen(const struct trainer *trainer);

// Runs the next step.
enum rt_status trainer_step(struct trainer *trainer, struct trainer_report *report);

// For what looks at a model in training.
const struct vae *trainer_vae(const struct trainer *trainer);
struct parameters *trainer_parameters(const struct trainer *trainer);
const struct trainer_options *trainer_settings(const struct trainer *trainer);
struct evaluator *trainer_evaluator(const struct trainer *trainer);
// Which clips steps see, but not their order in an epoch: not initialised.
struct sampler trainer_sampler(const struct trainer *trainer);
// What holds the last step, for its profile.
struct rt_stream *trainer_stream(const struct trainer *trainer);

#endif
