// metrics.csv: one row a step (adv_*: the discriminator's loss, what part of the patches it judged rightly,
// and what its gradient was multiplied by), what validation found in the row of the step before it. A number
// that was not taken, or is not finite, is an empty cell.
#ifndef MOGRAPH_CLI_TRAIN_METRICS_H
#define MOGRAPH_CLI_TRAIN_METRICS_H

#include "cli/error.h"
#include "model/train/trainer.h"

#include <stdio.h>

// What validation finds, over the clips that are kept for it. Decibels are of the mean squared error over all
// clips; NAN where there is nothing to say.
struct validation {
    bool done;
    float psnr, foreground_psnr, ssim;
    float bits_per_dimension;                  // of the evidence lower bound, 8-bit data
    float kl[VAE_MAX_STAGES + 1];              // nats a clip
    uint32_t active_units[VAE_MAX_STAGES + 1]; // numbers whose posterior mean varies over clips
};

struct metrics {
    FILE *file;
    char path[4096];
    uint32_t levels;
};

// Creates the file, or with steps > 0 cuts it back to the rows of the first `steps` steps (a run that goes
// on): so that it ends as an unbroken run's would. After a failure, such as a full disk, an old file is as it
// was. `levels` counts the levels of latents.
bool metrics_open(struct metrics *metrics, const char *path, uint32_t levels, uint64_t steps,
                  struct cli_error *error);
// One row, flushed. `epoch` counts from 1.
bool metrics_add(struct metrics *metrics, const struct trainer_report *report, uint64_t epoch,
                 const struct validation *validation, struct cli_error *error);
// Brings the rows so far to the disk: before a checkpoint that counts on them.
bool metrics_sync(struct metrics *metrics, struct cli_error *error);
void metrics_close(struct metrics *metrics);

#endif
