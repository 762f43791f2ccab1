// Pictures of any size on the terminal, as large as it allows.
#ifndef MOGRAPH_CLI_SCREEN_PICTURE_H
#define MOGRAPH_CLI_SCREEN_PICTURE_H

#include "cli/media/resample.h"
#include "cli/screen.h"

// Zero-initialise; finish it in either case.
struct screen_picture {
    struct resampler resampler;
    uint32_t height, width; // as it is drawn
    uint8_t *rgb;
};

// Draws rgb [height][width][3], always of the same size, and `lines` over it. False when memory is short or
// the terminal cannot be written to.
bool screen_picture_show(struct screen_picture *picture, struct screen *screen, const uint8_t *rgb,
                         uint32_t height, uint32_t width, const struct screen_line *lines, uint32_t count);
void screen_picture_finish(struct screen_picture *picture);

#endif
