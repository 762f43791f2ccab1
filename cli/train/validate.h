// Validation: how well the averaged weights do on the clips that were kept back.
#ifndef MOGRAPH_CLI_TRAIN_VALIDATE_H
#define MOGRAPH_CLI_TRAIN_VALIDATE_H

#include "cli/train/loop.h"
#include "cli/train/metrics.h"

// Runs all validation clips through the trainer's evaluator, whose weights are as train_keep_weights left
// them: pictures from the posterior's mean, the evidence lower bound from a sample of it. A set without
// validation clips leaves *validation as not done. False with a line printed.
bool train_validate(const struct train_loop *loop, struct validation *validation);

#endif
