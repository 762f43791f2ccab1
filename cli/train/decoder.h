// --decoder: by which parts a run's model reaches the decoder's layers.
#ifndef MOGRAPH_CLI_TRAIN_DECODER_H
#define MOGRAPH_CLI_TRAIN_DECODER_H

#include "cli/error.h"
#include "cli/train/options.h"
#include "model/weights/weights_layout.h"

// Gives the model the parts that --decoder names; where it does not say, those of the weights that --init
// names, or the preset's. `text` receives what was chosen, and --decoder then points at it, so that
// config.json keeps it. Refuses a text that names no parts, and weights that cannot be read.
bool train_choose_decoder(struct train_values *values, struct vae_config *model,
                          char text[WEIGHTS_STYLE_TEXT], struct cli_error *error);

#endif
