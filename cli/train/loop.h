// The loop of a run: steps, checkpoints, what is written down on the way.
#ifndef MOGRAPH_CLI_TRAIN_LOOP_H
#define MOGRAPH_CLI_TRAIN_LOOP_H

#include "cli/train/run.h"

// Trains to the end, to --steps, or until a signal. The exit status: 0, CLI_FAILED, or 128 + the signal.
int train_loop_run(struct train_loop *loop);

#endif
