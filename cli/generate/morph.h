// From keyframes to the frames of a morph.
#ifndef MOGRAPH_CLI_GENERATE_MORPH_H
#define MOGRAPH_CLI_GENERATE_MORPH_H

#include "cli/generate/points.h"
#include "model/sample/timeline.h"

struct morph {
    struct work *work;
    struct points keys;     // the sources
    struct noise_path path; // through them
};

// The point at `position` of the path into point i of `points`, with the blend of the classes.
void morph_point(const struct morph *morph, double position, const struct points *points, uint32_t i);

// The motion plays on while z travels: frame f of the result is the frame that motion_at says of the clip at
// the position that the timeline says. `out` becomes a clip of the model's width and height, which the caller
// owns. Every position is decoded once.
bool morph_play(const struct morph *morph, const struct timeline *timeline, struct clip *out,
                struct cli_error *error);

// One whole clip for each of the positions: rgb [count][d][h][w][3], which the caller frees.
bool morph_clips(const struct morph *morph, const double *positions, uint32_t count, uint8_t **rgb,
                 struct cli_error *error);

#endif
