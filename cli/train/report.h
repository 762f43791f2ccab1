// report.html: how a training run stands, on one page that needs nothing but itself.
#ifndef MOGRAPH_CLI_TRAIN_REPORT_H
#define MOGRAPH_CLI_TRAIN_REPORT_H

#include "cli/train/folder.h"
#include "cli/train/options.h"

enum train_state { TRAIN_RUNNING, TRAIN_STOPPED, TRAIN_DONE };

// What the page says beside what lies in the run's folder.
struct train_report {
    const struct run_folder *folder;    // metrics.csv and samples/ are read from here
    const struct train_values *values;  // the configuration
    const char *data;                   // what the data set is called
    double renew;                       // part of its training clips that is new in every epoch
    const char *device;                 // its name; NULL: not said
    uint32_t clips, val_clips, kinds;   // of the data set
    uint32_t frames, height, width;     // of a clip
    uint64_t parameters;                // of the model
    uint32_t levels;                    // of latents
    uint32_t units[VAE_MAX_STAGES + 1]; // numbers of a level's latent
    float target[VAE_MAX_STAGES + 1];   // nats a clip that rate control aims at; 0: none
    uint64_t steps, step_count;         // done, of the whole run
    double seconds_per_clip;            // 0: not measured
    enum train_state state;
};

// Writes FOLDER/report.html, whole or not at all. Curves, key figures, the newest pictures
// of samples/, all earlier ones that fit into 12 MiB (folded away, the rest as links),
// the options. False with one line in *error.
bool train_report_write(const struct train_report *report, struct cli_error *error);

#endif
