// Text and the map of z drawn on a picture, for views that have nothing but pixels.
#ifndef MOGRAPH_CLI_DEMO_OVERLAY_H
#define MOGRAPH_CLI_DEMO_OVERLAY_H

#include "cli/demo/view.h"

// Draws what stands over the picture (status, message, help, map) on rgb [height][width][3], which may be
// larger than the picture itself.
void overlay_draw(uint8_t *rgb, uint32_t height, uint32_t width, const struct demo_picture *picture);

#endif
