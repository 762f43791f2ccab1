// What a kind of particles is: data and two functions. To add one: a file here, a line in particles.c.
#ifndef MOGRAPH_CLI_DATA_KINDS_KIND_H
#define MOGRAPH_CLI_DATA_KINDS_KIND_H

#include "cli/data/palette.h"
#include "cli/data/particle_params.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define TURN 6.28318530718f // radians

// What a layout fixes for one particle, and for the whole figure:
// uniform numbers in [0, 1), read by each kind as it likes.
enum { LAYOUT_TRAITS = 8 };
struct layout_traits {
    float u[LAYOUT_TRAITS];
};

// One particle at one moment.
struct dot {
    float x, y;  // in half sides from the middle
    float sigma; // radius in pixels of a 128-pixel picture
    float light; // 0: not visible
    float hue;   // place in the palette, 0 (hottest) to 1
};

// What a parameter is drawn from, and what it is without variety. Without a range a kind does not read it.
struct particle_range {
    float low, high, still;
};

struct particle_kind {
    const char *name;
    uint32_t count; // particles
    float trail;    // length of the tail behind a particle, in frames of a 32-frame clip
    float exposure; // of the development
    struct particle_range ranges[PARTICLE_PARAMS]; // by enum particle_param
    palette_stops stops;
    // The particle's state at `time` (0: first frame, 1: end; slightly negative for tails).
    struct dot (*at)(const struct layout_traits *particle, const struct layout_traits *figure,
                     const struct particle_params *params, uint32_t index, float time);
};

extern const struct particle_kind particle_burst, particle_fountain, particle_vortex, particle_snow,
    particle_ripple, particle_orbit;

// --- small helpers that the kinds share ---

static inline float fraction(float x) {
    return x - floorf(x);
}

static inline float clamp01(float x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

// Hermite step from 0 at `from` to 1 at `to`.
static inline float smooth_step(float from, float to, float x) {
    float t = clamp01((x - from) / (to - from));
    return t * t * (3 - 2 * t);
}

static inline float mix(float a, float b, float t) {
    return a + t * (b - a);
}

// How much of a particle is there where `number`, a part of `count`, are: those of the highest rank go first.
static inline float present(float number, uint32_t rank, uint32_t count) {
    return clamp01(number * (float)count - (float)rank);
}

// Draws places u in [0, 1) around a circle together in `count` clumps, as far as `clumping` says (0: not, 1: into
// points); between whole numbers, a blend.
static inline float clump(float u, float count, float clumping) {
    float whole = floorf(count), rest = count - whole;
    float from = floorf(whole * u) / whole, to = floorf((whole + 1) * u) / (whole + 1);
    return mix(u, mix(from, to, rest), clumping);
}

#endif
