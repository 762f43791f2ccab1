// What the model makes of noise, measured.
#ifndef MOGRAPH_CLI_EVAL_SAMPLES_H
#define MOGRAPH_CLI_EVAL_SAMPLES_H

#include "cli/eval/model.h"

// Draws data->n samples of every kind, of seeds seed, seed + 1, ..., measures and classifies them. The caller
// destroys *set in either case.
bool eval_samples(const struct eval_model *model, const struct eval_data *data, struct classifier *classifier,
                  const struct point_draw *how, struct eval_set *set, struct cli_error *error);

#endif
