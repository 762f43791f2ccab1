// The run itself: steps, checkpoints, what is written down on the way.
#ifndef MOGRAPH_CLI_TRAIN_LOOP_H
#define MOGRAPH_CLI_TRAIN_LOOP_H

#include "cli/train/clips.h"
#include "cli/train/folder.h"
#include "cli/train/options.h"

struct train_loop {
    const struct train_values *values;
    const struct run_folder *folder;
    const struct data_set *set;
    struct train_clips *clips, *val;
    const struct vae_config *model;
    struct trainer *trainer;
};

// Trains to the end, to --steps, or until a signal. The exit status: 0, CLI_FAILED, or 128 + the signal.
int train_loop_run(struct train_loop *loop);

#endif
