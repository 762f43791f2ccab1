// Validation: how well the averaged weights do on the clips that were kept back.
#ifndef MOGRAPH_CLI_TRAIN_VALIDATE_H
#define MOGRAPH_CLI_TRAIN_VALIDATE_H

#include "cli/train/metrics.h"
#include "cli/train/run.h"
#include "model/sample/evaluator.h"

// Runs all clips of a source through a model: pictures from the posterior's mean, the evidence lower bound
// from a sample of it. A source without clips leaves *validation as not done.
bool validate_clips(struct evaluator *evaluator, const struct clip_source *source,
                    struct validation *validation, struct cli_error *error);

// The same for a model in training and its validation clips, with the trainer's evaluator, whose weights are
// as train_keep_weights left them.
bool train_validate(const struct train_loop *loop, struct validation *validation, struct cli_error *error);

#endif
