// What the files of the trainer share: trainer.c, trainer_memory.c, trainer_record.c, checkpoint.c.
#ifndef MOGRAPH_MODEL_TRAIN_TRAINER_PRIVATE_H
#define MOGRAPH_MODEL_TRAIN_TRAINER_PRIVATE_H

#include "model/train/trainer.h"
#include "shaders/muon/muon.h"
#include "shaders/reconstruction/reconstruction.h"

// Of AdamW: in the recording, and in the bias corrections that the host computes.
#define ADAM_BETA1 0.9f
#define ADAM_BETA2 0.99f
#define MUON_MOMENTUM 0.95f

// What the host writes before a step and reads behind it, in memory that both see.
struct step_buffers {
    struct rt_arena *arena;
    struct rt_buffer seed;                                       // u32 [4], see noise.h
    struct rt_buffer hyper;                                      // struct optimiser_hyper
    struct rt_buffer grad_clip_limits;                           // struct grad_clip_limits
    struct rt_buffer d_nll, d_kl[VAE_MAX_STAGES + 1];            // f32 [n]
    struct rt_buffer index, augment;                             // u32 [n], [n][4]
    struct rt_buffer nll, squared_error, kl[VAE_MAX_STAGES + 1]; // results, f32 [n]
    struct rt_buffer grad_clip_result, calibration;              // results: struct grad_clip_result, f32 [4]
};

struct trainer {
    struct op_library *library;
    const struct clip_source *source;
    struct trainer_options options;
    struct parameters *parameters;
    struct vae first, second; // the two phases; they share memory
    bool has_second;
    struct adversary *adversary; // of the second phase
    struct evaluator *evaluator;
    struct sampler sampler;
    struct clip_store_plan store;
    struct clip_store *clips;
    struct vae_inputs inputs;
    struct step_buffers buffers;
    struct rt_arena *activations, *work;
    struct rt_buffer grad_clip_state, grad_clip_result, grad_clip_scratch; // of grad_clip
    struct rt_buffer muon_scratch; // of muon, for as many matrices as it takes at once
    struct rt_buffer state_before; // running statistics before the step, should it be undone
    struct rt_stream *stream, *undo;
    int recorded; // phase that the stream holds, 0: none
    struct sampler_item *items;
    uint64_t step;
    struct rate_control rate[VAE_MAX_STAGES + 1];
    struct loss_scale loss_scale;
};

// Muon's params for the next hidden weights from parameter *next on, as many as it takes at once, which lie one
// behind the other in the slabs; *next is then the parameter behind the last. False when none is left.
bool trainer_muon(const struct trainer *trainer, uint32_t *next, struct op_muon *params);

// trainer_memory.c: what a trainer takes, whether that is there (logged when not), and taking it.
struct trainer_memory trainer_memory_of(const struct trainer *trainer);
enum rt_status trainer_check_memory(const struct trainer *trainer, const struct trainer_memory *memory);
enum rt_status trainer_allocate(struct trainer *trainer);

// trainer_record.c: records the step of a phase, 1 or 2.
enum rt_status trainer_record(struct trainer *trainer, int phase);

#endif
