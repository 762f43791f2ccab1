// Palettes of at most 255 colours for GIF frames (the last index is left for transparency).
#ifndef MOGRAPH_CLI_MEDIA_GIF_PALETTE_H
#define MOGRAPH_CLI_MEDIA_GIF_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GIF_COLORS = 255 };

struct gif_palette {
    uint32_t count; // 1 to GIF_COLORS
    uint8_t rgb[GIF_COLORS][3];
    float axis[3][GIF_COLORS + 1]; // the same, one array a channel: what the search reads
};

// Counts of colours, in cells of 4x4x4 values that remember the exact mean of what fell into them.
struct gif_histogram {
    struct gif_cell *cells; // [GIF_CELLS]
};

bool gif_histogram_init(struct gif_histogram *histogram);
void gif_histogram_finish(struct gif_histogram *histogram);
void gif_histogram_clear(struct gif_histogram *histogram);
void gif_histogram_add(struct gif_histogram *histogram, const uint8_t *rgb, size_t pixels);

// The palette with the least squared error that splitting and refining find.
// *mean_error is that error per pixel, summed over the three channels, before dithering.
// False when memory is short or the histogram is empty.
bool gif_palette_build(struct gif_palette *palette, const struct gif_histogram *histogram,
                       double *mean_error);

// The index of the colour nearest to (r, g, b), and in *error the squared distance.
uint32_t gif_palette_nearest(const struct gif_palette *palette, float r, float g, float b, float *error);

#endif
