// The options of `mograph train`, and the trainer's settings that follow from them.
#ifndef MOGRAPH_CLI_TRAIN_OPTIONS_H
#define MOGRAPH_CLI_TRAIN_OPTIONS_H

#include "cli/options/options.h"
#include "model/train/trainer.h"

struct train_values {
    // How to run.
    const char *out, *resume, *init, *config, *device, *data, *decoder;
    bool overfit, dry_run, stream, no_tune;
    int64_t every, save_every, steps;
    // What to train.
    int preset, precision, store, optimiser;
    int64_t top, epochs, batch, seed, warmup;
    double lr, beta, rate_top, rate_middle, rate_fine, rate_speed, kl_ramp;
    double weight_decay, clip, ema, sigma_floor, ladder_from, drop_all, drop_finest;
    double adversary_from, adversary_weight, adversary_lr;
    bool flip, shift, reverse;
    uint64_t given; // see options_parse
};

extern const struct option train_options[];

// The names of --preset in the order of its choices.
const char *train_preset_name(const struct train_values *values);

// Defaults that follow from what the command line says; before a configuration is read, which says all.
void train_follow_defaults(struct train_values *values);

// --every and --save-every where they are 0, for so many training clips, at least one.
void train_choose_pace(struct train_values *values, uint32_t clips);

struct trainer_options train_trainer_options(const struct train_values *values);

#endif
