// Weights in and out of a run: what --init reads, and RUN/weights.safetensors.
#ifndef MOGRAPH_CLI_TRAIN_KEEP_H
#define MOGRAPH_CLI_TRAIN_KEEP_H

#include "cli/train/run.h"

// Whether --init names weights that can be read: before there is a trainer. Whether they fit it shows then.
bool train_init_check(const char *which, struct cli_error *error);

// Starts a fresh trainer from weights (a file, a run's folder, the name of weights that ship) of the same
// model, of one for clips of half the size, or for other kinds of clips; `data` says which kinds there are.
bool train_init_weights(struct trainer *trainer, const struct op_library *library,
                        const struct train_data *data, const char *which, struct cli_error *error);

// Re-estimates the statistics of the averaged weights in the trainer's evaluator, but for those of the second
// phase, fits the density of each kind, and writes RUN/weights.safetensors. Without a density samples fall
// between the clips that were learnt: weights that are kept half-way have one, too.
bool train_keep_weights(const struct train_loop *loop, struct cli_error *error);

#endif
