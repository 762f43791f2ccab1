// What the classifier sees of a clip: 32x32x8 blocks, of each the mean colour and, since detail and fast
// motion are lost in a mean, how much its brightness varies.
#ifndef MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_INPUT_H
#define MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_INPUT_H

#include "model/classifier/classifier_net.h"

#include <stddef.h>

// For clips of d frames of h x w, any size: at most 8 x 32 x 32 blocks, as equal as whole pixels allow.
struct classifier_config classifier_config_for(uint32_t d, uint32_t h, uint32_t w, uint32_t classes);
size_t classifier_input_bytes(const struct classifier_config *config); // of a reduced clip

// Reduces rgb uint8 [d][h][w][3] to reduced uint8 [config d][h][w][4]: mean R, G, B, and twice the standard
// deviation of the brightest channel.
void classifier_reduce(const struct classifier_config *config, const uint8_t *rgb, uint32_t d, uint32_t h,
                       uint32_t w, uint8_t *reduced);

#endif
