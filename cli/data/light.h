// A sheet of film: dots of light add up in linear floats and are developed to sRGB bytes once.
#ifndef MOGRAPH_CLI_DATA_LIGHT_H
#define MOGRAPH_CLI_DATA_LIGHT_H

#include "cli/media/srgb.h"

#include <stdbool.h>

struct light {
    uint32_t height, width;
    float *rgb;          // [height][width][3], linear
    float *lines, *glow; // the same size, for the glow
};

// False when memory is short; light_finish frees either way.
bool light_init(struct light *light, uint32_t height, uint32_t width);
void light_finish(struct light *light);
void light_clear(struct light *light);

// Adds a round dot with a Gaussian profile centred at (x, y), pixel (0, 0) covering [0,1) x [0,1). `sigma` in
// pixels; dots below half a pixel are widened and dimmed, so that their light does not flicker as they move.
void light_add(struct light *light, float x, float y, float sigma, const float rgb[3]);

// Adds a faint glow (`glow` of the light, spread by `glow_sigma` pixels), applies the tone curve
// 1 - exp(-exposure x), which bends before it clips, and writes bytes [height][width][3].
void light_develop(struct light *light, float exposure, float glow, float glow_sigma,
                   const struct srgb_tables *tables, uint8_t *out);

#endif
