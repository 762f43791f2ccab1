// What a model in training makes, as GIFs from noise that stays the same throughout a run.
#ifndef MOGRAPH_CLI_TRAIN_PICTURES_H
#define MOGRAPH_CLI_TRAIN_PICTURES_H

#include "cli/train/run.h"

// Writes samples/EPOCH-samples.gif (a row for each kind), EPOCH-reconstructions.gif (validation clips above
// what becomes of them; left out without such clips) and EPOCH-morph.gif (a row for each pair of kinds, t
// from 0 to 1 in its columns) into the run's folder. The evaluator's weights are as train_keep_weights left
// them.
bool train_write_pictures(const struct train_loop *loop, uint64_t epoch, struct cli_error *error);

#endif
