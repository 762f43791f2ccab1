// Several clips of one size as one: columns x rows, all playing at once, with names beside them if wanted.
#ifndef MOGRAPH_CLI_MEDIA_GRID_H
#define MOGRAPH_CLI_MEDIA_GRID_H

#include "cli/media/clip.h"

struct grid {
    uint32_t columns, rows;
    uint32_t gap;   // pixels between cells and around them
    uint32_t scale; // each pixel becomes scale x scale; 0: 1
    uint8_t shade;  // of the background, grey
    // One name for each column or row, each may be NULL; so may the lists. Drawn in the margin.
    const char *const *column_names, *const *row_names;
};

// Fills `out`, which the caller owns. Cell i, row by row, is frames x height x width from rgb + i frames
// height width 3; cells beyond `count` stay empty. Names that do not fit are cut.
bool grid_compose(const struct grid *grid, uint32_t frames, uint32_t height, uint32_t width,
                  const uint8_t *rgb, uint32_t count, struct clip *out, struct cli_error *error);

#endif
