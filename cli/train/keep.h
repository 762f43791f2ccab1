// Weights in and out of a run: what --init reads, and RUN/weights.safetensors.
#ifndef MOGRAPH_CLI_TRAIN_KEEP_H
#define MOGRAPH_CLI_TRAIN_KEEP_H

#include "cli/train/loop.h"

// Starts a fresh trainer from a weights file of the same model, or of one for clips of half the size that grows
// into it. False with a line printed.
bool train_init_weights(struct trainer *trainer, const struct op_library *library, const char *path);

// Re-estimates the statistics of the averaged weights in the trainer's evaluator, with `density` fits the
// Gaussian of each kind, and writes RUN/weights.safetensors. False with a line printed.
bool train_keep_weights(const struct train_loop *loop, bool density);

#endif
