// The loop of a run: steps, checkpoints, what is written down on the way.
#ifndef MOGRAPH_CLI_TRAIN_LOOP_H
#define MOGRAPH_CLI_TRAIN_LOOP_H

#include "cli/train/run.h"

// Trains to the end, to --steps, or until a signal, which is no failure: *error then asks for 128 + the
// signal.
bool train_loop_run(struct train_loop *loop, struct cli_error *error);

#endif
