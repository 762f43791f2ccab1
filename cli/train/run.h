// What a training run consists of: its loop and all that is written down on the way work on this.
#ifndef MOGRAPH_CLI_TRAIN_RUN_H
#define MOGRAPH_CLI_TRAIN_RUN_H

#include "cli/train/data.h"
#include "cli/train/options.h"

struct train_loop {
    const struct train_values *values;
    const struct run_folder *folder;
    struct train_data *data;
    const struct vae_config *model;
    struct trainer *trainer;
};

#endif
