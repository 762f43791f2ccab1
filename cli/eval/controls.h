// Negative controls: real clips made worse in a known way, so that a reader sees each figure react.
#ifndef MOGRAPH_CLI_EVAL_CONTROLS_H
#define MOGRAPH_CLI_EVAL_CONTROLS_H

#include <stdint.h>

// The frames of rgb [d][h][w][3] in an order drawn from seed and clip.
void control_shuffle(const uint8_t *rgb, uint32_t d, uint32_t h, uint32_t w, uint64_t seed, uint32_t clip,
                     uint8_t *out);

// Every frame through a Gaussian of sigma 1 pixel (9 taps, the border repeated).
void control_blur(const uint8_t *rgb, uint32_t d, uint32_t h, uint32_t w, uint8_t *out);

#endif
