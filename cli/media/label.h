// Names drawn into pictures, in a small font of upright rectangles.
#ifndef MOGRAPH_CLI_MEDIA_LABEL_H
#define MOGRAPH_CLI_MEDIA_LABEL_H

#include <stdint.h>

enum { LABEL_HEIGHT = 8 }; // of a line at size 1, in pixels

// Draws `name` with its top left corner at (x, y) of rgb [height][width][3], `size` times the font's pixels
// and no wider than max_width: what does not fit is cut.
void label_draw(uint8_t *rgb, uint32_t height, uint32_t width, uint32_t x, uint32_t y, const char *name,
                uint32_t size, uint32_t max_width, uint8_t shade);
// Width in pixels. Letters beyond ASCII are drawn as one question mark each.
uint32_t label_width(const char *name, uint32_t size);

#endif
