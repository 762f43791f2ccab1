// The player's decoder that is no test's: trained weights on a device.
#ifndef MOGRAPH_CLI_DEMO_MODEL_DECODER_H
#define MOGRAPH_CLI_DEMO_MODEL_DECODER_H

#include "cli/demo/player.h"
#include "cli/generate/work.h"

// For work that has begun (work_begin_embedded); the device is opened and closed by the decoder.
struct player_decoder model_decoder(struct work *work);

#endif
