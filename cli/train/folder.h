// A run's folder: config.json, data.txt, metrics.csv, checkpoints/, samples/, weights.safetensors,
// report.html.
#ifndef MOGRAPH_CLI_TRAIN_FOLDER_H
#define MOGRAPH_CLI_TRAIN_FOLDER_H

#include "cli/folder_lock.h"
#include "cli/media/paths.h"

#include <stdint.h>

// Zero-initialise; run_folder_close releases the lock.
struct run_folder {
    char path[PATH_CAPACITY];
    struct folder_lock lock; // held while the run is written: one writer at a time
    size_t made;             // length of the first part of the path that run_folder_create made; 0: none
};

// Creates the folder with its parents and locks it; one that holds anything, that another process writes or
// that cannot be written to is refused.
bool run_folder_create(struct run_folder *folder, const char *path, struct cli_error *error);
// Removes what run_folder_create made, as far as it is still empty: for a run that could not begin.
void run_folder_abandon(struct run_folder *folder);
// Refuses a folder among the clips of the data set `data`: its pictures would be clips, its name a kind.
bool run_folder_beside(const struct run_folder *folder, const char *data, struct cli_error *error);
// Takes an existing run: one with a config.json.
bool run_folder_open(struct run_folder *folder, const char *path, struct cli_error *error);
// Locks it, to be written to: refused where another process does so, or where nothing can be written.
bool run_folder_lock(struct run_folder *folder, struct cli_error *error);
// Whether the name still leads to the folder that was locked: one that was moved or replaced is another's.
bool run_folder_check(const struct run_folder *folder, struct cli_error *error);
void run_folder_close(struct run_folder *folder);
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
