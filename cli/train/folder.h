// A run's folder: config.json, metrics.csv, checkpoints/, samples/, weights.safetensors, report.html.
#ifndef MOGRAPH_CLI_TRAIN_FOLDER_H
#define MOGRAPH_CLI_TRAIN_FOLDER_H

#include "cli/media/paths.h"

#include <stdint.h>

struct run_folder {
    char path[PATH_CAPACITY];
};

// Creates the folder with its parents; one that holds anything is refused.
bool run_folder_create(struct run_folder *folder, const char *path, struct cli_error *error);
// Takes an existing run: one with a config.json.
bool run_folder_open(struct run_folder *folder, const char *path, struct cli_error *error);
// Creates the folders inside, where they are missing.
bool run_folder_fill(const struct run_folder *folder, struct cli_error *error);

// A file of the folder, "samples/0010.gif".
bool run_folder_file(const struct run_folder *folder, const char *name, char out[PATH_CAPACITY],
                     struct cli_error *error);

// Checkpoints are named by their step. The newest two are kept: run_folder_prune removes the rest.
bool run_folder_checkpoint(const struct run_folder *folder, uint64_t step, char out[PATH_CAPACITY],
                           struct cli_error *error);
// The age-th newest (0: the newest); false when there are fewer.
bool run_folder_find_checkpoint(const struct run_folder *folder, int age, char out[PATH_CAPACITY]);
void run_folder_prune(const struct run_folder *folder);

#endif
