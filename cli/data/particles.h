// Six kinds of particle clips, drawn from nothing.
//
// A clip is a *layout* (what an After Effects preset keeps as its random seed: where each particle
// is born, its weight, its place in the palette) under a few *parameters* that the pixels follow smoothly.
// Motion is a closed formula of time, never a simulation, so that a small change
// of a parameter is a small change of every frame.
#ifndef MOGRAPH_CLI_DATA_PARTICLES_H
#define MOGRAPH_CLI_DATA_PARTICLES_H

#include "cli/data/particle_params.h"
#include "cli/media/clip.h"

enum { PARTICLE_KINDS = 6 };

// The name of a kind, 0 <= kind < PARTICLE_KINDS: burst, fountain, vortex, snow, ripple, orbit.
const char *particles_kind_name(uint32_t kind);

// Names and values of the fields of struct particle_params, 0 <= i < PARTICLE_PARAMS; and whether a kind
// reads the field.
const char *particles_param_name(uint32_t i);
float particles_param(const struct particle_params *params, uint32_t i);
bool particles_reads(uint32_t kind, uint32_t i);

// The parameters of clip number `clip` of a kind in the data set with this seed.
// `variety`: how much of its range each takes, 1 all of it, 0 none.
void particles_draw_params(uint64_t seed, uint32_t kind, uint32_t clip,
                           const struct particle_variety *variety, struct particle_params *params);

// Draws a clip of a kind; the caller owns it. Layouts with the same (layout_seed, kind, layout) are the same.
// Any size from 8x8x1; dots scale with the shorter side (1 to 4 pixels at 128).
bool particles_render(uint64_t layout_seed, uint32_t kind, uint32_t layout,
                      const struct particle_params *params, uint32_t frames, uint32_t height, uint32_t width,
                      struct clip *clip, struct cli_error *error);

#endif
