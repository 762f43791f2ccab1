// Particles that are drawn while it trains as what a run trains on.
#ifndef MOGRAPH_CLI_TRAIN_PARTICLE_DATA_H
#define MOGRAPH_CLI_TRAIN_PARTICLE_DATA_H

#include "cli/train/data.h"

// As train_data_open, of a text that particle_spec.h reads. Memory for the clips is judged, and nothing drawn
// yet.
bool particle_data_open(struct train_data *data, const char *text, struct cli_error *error);

#endif
