// From true colour to palette indices, with the picture that is already on the screen in mind.
#ifndef MOGRAPH_CLI_MEDIA_GIF_DITHER_H
#define MOGRAPH_CLI_MEDIA_GIF_DITHER_H

#include "cli/media/gif_palette.h"

enum { GIF_TRANSPARENT = GIF_COLORS };

struct gif_dither {
    uint32_t height, width;
    float *errors;  // [2][width + 2][3]: what this row and the row above pass on
    uint8_t *shown; // [height][width][3]: the screen after the frames so far
};

bool gif_dither_init(struct gif_dither *dither, uint32_t height, uint32_t width);
void gif_dither_finish(struct gif_dither *dither);

// Writes one index a pixel for the frame `rgb` [height][width][3]: a colour of the palette,
// or GIF_TRANSPARENT where the screen already shows the pixel well enough.
// `before` is the frame before, NULL for the first. Where the source stands still the screen is left alone,
// so that the grain of the dithering does not crawl.
void gif_dither_frame(struct gif_dither *dither, const struct gif_palette *palette, const uint8_t *rgb,
                      const uint8_t *before, uint8_t *indices);

#endif
