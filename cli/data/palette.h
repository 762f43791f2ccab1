// Colour palettes: four stops from the hottest light to the last, three neighbours
// per kind of particles that a clip's tint blends. All blending happens in OKLab,
// so that no path between two colours turns grey or dark.
#ifndef MOGRAPH_CLI_DATA_PALETTE_H
#define MOGRAPH_CLI_DATA_PALETTE_H

#include <stdint.h>

enum { PALETTE_STOPS = 4, PALETTE_VARIANTS = 3, PALETTE_STEPS = 64 };

// Stops as 0xRRGGBB, [variant][stop].
typedef uint32_t palette_stops[PALETTE_VARIANTS][PALETTE_STOPS];

struct palette {
    float rgb[PALETTE_STEPS + 1][3]; // linear light along the gradient
};

// `tint` 0 to 2: the variants at the whole numbers, blends between; then all colours turned by `hue` turns
// around the wheel, and `chroma` times as strong, at their lightness.
void palette_init(struct palette *palette, const palette_stops stops, float tint, float hue, float chroma);
// The colour at `position`, 0 the hottest, 1 the last; clamps.
void palette_at(const struct palette *palette, float position, float rgb[3]);

#endif
