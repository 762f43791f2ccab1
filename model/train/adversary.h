// The adversarial phase (Goodfellow et al. 2014; hinge loss: Lim & Ye 2017; LeCam: Tseng et al. 2021): a
// discriminator learns to tell the batch from clips drawn from the prior, and its gradient at those clips,
// rescaled to the one that the reconstruction has at its own, joins the model's gradient.
//
// A step stands behind the model's backward pass and before its optimiser:
//   1. noise for every level; for the first half of the samples the top level's is that of the posterior
//   2. clips from the prior, BatchNorm with its running statistics
//   3. both batches with a little noise to the discriminator, hinge loss and LeCam, its step of Adam
//   4. -mean of its logits on the generated clips, back to the clips, times
//      weight |d reconstruction| / |d clips| (running norms), back through the decoder, added to the gradient
//
// The same seed, step and state give the same bits on the same device.
#ifndef MOGRAPH_MODEL_TRAIN_ADVERSARY_H
#define MOGRAPH_MODEL_TRAIN_ADVERSARY_H

#include "model/net/vae.h"

struct adversary_options {
    uint64_t seed;
    float weight;       // of its gradient at the clips, in norms of the reconstruction's
    uint32_t ramp;      // steps over which the weight rises from 0
    float noise;        // standard deviation of the discriminator's input noise, of a number in 0 to 1
    float lr;           // of the discriminator, before it decays
    float beta1, beta2; // of its Adam
    float lecam;        // weight of the regulariser
};

// The recipe.
struct adversary_options adversary_defaults(void);

// What a step gave.
struct adversary_report {
    bool skipped;         // the discriminator's gradient was not finite: it did not change
    float loss;           // the discriminator's hinge loss: 2 when it knows nothing, 0 at best
    float lecam;          // the regulariser, before its weight
    float real, fake;     // mean logits
    float right;          // part of the patches that it judged rightly
    float generator;      // -mean logit of the generated clips, after the discriminator's step
    float norm;           // of the gradient at the generated clips, before rescaling
    float reconstruction; // norm of the reconstruction's gradient at its clips
    float scale;          // what the former was multiplied by
};

struct adversary;

// Writes the networks down for batches of `model`, which must be in VAE_TRAIN_FROZEN and outlive the
// adversary, as must its `parameters`; no device memory yet. The caller owns *out. Errors: RT_ERROR_INVALID,
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status adversary_create(struct op_library *library, const struct vae *model,
                                struct parameters *parameters, const struct adversary_options *options,
                                struct adversary **out);
void adversary_destroy(struct adversary **adversary);

// Bytes on the device: what lives during its part of a step, to be shared with the model's activations, which
// are done with by then, and what it keeps.
uint64_t adversary_activation_bytes(const struct adversary *adversary);
uint64_t adversary_bytes(const struct adversary *adversary);

// Takes memory of adversary_activation_bytes, which must outlive it, and allocates the rest; the
// discriminator starts by the seed. The model must have its memory, its inputs and its parameters: the
// adversary reads its clips and classes and overwrites its noise. Errors: RT_ERROR_OUT_OF_MEMORY.
enum rt_status adversary_attach(struct adversary *adversary, struct rt_arena *activations);

// Records a step behind the model's backward pass. In shared memory the model's values and results are gone
// afterwards: copy them before.
void adversary_record(const struct adversary *adversary, struct op_recorder *recorder);

// Before every replay: what depends on the step, which keys the noise, and on the steps before. `decay` is
// what the model's learning rate has been multiplied by since its warm-up, and the discriminator's is, too:
// else it outruns the model. `loss_scale` is what the losses of both are multiplied by.
void adversary_prepare(struct adversary *adversary, uint64_t step, float decay, float loss_scale);

// After every replay, once: reads what it gave, and remembers the norms for the next.
void adversary_read(struct adversary *adversary, struct adversary_report *report);

// Everything that lasts from step to step, as finite floats: the discriminator with its optimiser, LeCam's
// anchors, running norms, the count of steps. Between adversary_read and adversary_prepare. Errors:
// RT_ERROR_DEVICE_LOST, RT_ERROR_OUT_OF_MEMORY.
uint64_t adversary_state_count(const struct adversary *adversary);
enum rt_status adversary_save(const struct adversary *adversary, float *state);
enum rt_status adversary_load(struct adversary *adversary, const float *state);

#endif
