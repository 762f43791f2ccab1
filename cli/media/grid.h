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

// The size of the grid of such clips, margins for names included.
void grid_size(const struct grid *grid, uint32_t height, uint32_t width, uint32_t *out_height,
               uint32_t *out_width);
// Whether the grid of such clips can be made: its size is judged without making it.
bool grid_check(const struct grid *grid, uint32_t frames, uint32_t height, uint32_t width,
                struct cli_error *error);
// How many columns and rows go at a time; 0: none.
struct grid_steps {
    uint32_t columns, rows;
};
// Takes away rows and columns until it can: for pictures that show some of many. The last step's stay.
void grid_fit(struct grid *grid, struct grid_steps by, uint32_t frames, uint32_t height, uint32_t width);

// Fills `out`, which the caller owns. Cell i, row by row, is frames x height x width from rgb + i frames
// height width 3; cells beyond `count` stay empty. Names that do not fit are cut.
bool grid_compose(const struct grid *grid, uint32_t frames, uint32_t height, uint32_t width,
                  const uint8_t *rgb, uint32_t count, struct clip *out, struct cli_error *error);

#endif
