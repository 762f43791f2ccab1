// What changes from step to step by plan: learning rate, averaging, the share of the KL, level dropout. Pure
// functions of the step, so that a run that is resumed goes on as if it had never stopped.
#ifndef MOGRAPH_MODEL_TRAIN_SCHEDULE_H
#define MOGRAPH_MODEL_TRAIN_SCHEDULE_H

#include <stdint.h>

struct schedule {
    uint64_t steps;       // of the whole run
    uint64_t warmup;      // steps of linear warm-up
    float lr;             // highest learning rate
    float ema_decay;      // of the averaged weights, reached as (1 + step) / (10 + step) grows
    float kl_ramp;        // part of the run over which the KL's weight rises from 0
    float adversary_from; // part of the run at which the second phase begins; 1: never
    float ladder_from;    // part of the run before which every sample is decoded from the top latent alone
    float drop_all;       // part of the samples whose finer levels keep the prior's mean
    float drop_finest;    // part of the samples whose finest level alone does
};

// Part of the learning rate: 1 through the warm-up, then a cosine to 1/100 (Loshchilov & Hutter 2017). step
// counts from 0.
float schedule_decay(const struct schedule *schedule, uint64_t step);
// lr, as it warms up and decays.
float schedule_lr(const struct schedule *schedule, uint64_t step);
float schedule_ema_decay(const struct schedule *schedule, uint64_t step);
// 0 to 1.
float schedule_kl_ramp(const struct schedule *schedule, uint64_t step);
// The first step of the second phase; schedule->steps when there is none.
uint64_t schedule_second_phase(const struct schedule *schedule);
// How many of the levels below the top a sample uses, 0 to `levels`: a draw keyed by seed, step and sample.
uint32_t schedule_kept_levels(const struct schedule *schedule, uint64_t seed, uint64_t step, uint32_t sample,
                              uint32_t levels);

#endif
