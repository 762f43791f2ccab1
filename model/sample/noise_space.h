// The space that clips are drawn, encoded and morphed in. A point of it is one
// flat vector a sample of numbers that the prior holds for standard normal,
// [level, top first][d][h][w][c_used]; every point is a clip.
#ifndef MOGRAPH_MODEL_SAMPLE_NOISE_SPACE_H
#define MOGRAPH_MODEL_SAMPLE_NOISE_SPACE_H

#include "model/net/vae.h"
#include "model/noise/density.h"

struct noise_space {
    uint32_t level_count;
    uint32_t count;                      // numbers of a point
    uint32_t offset[VAE_MAX_STAGES + 2]; // of each level in it; behind the last one `count`
};

void noise_space_init(struct noise_space *space, const struct vae_level *levels, uint32_t level_count);

// Standard normal numbers into noise[count]: the same for a seed on every machine.
void noise_draw(const struct noise_space *space, uint64_t seed, float *noise);

// Multiplies the top level's numbers by `temperature`, the finer levels' by temperature times `fine`.
void noise_scale(const struct noise_space *space, float temperature, float fine, float *noise);

// The top level's numbers n[density->dim] through density_shape of each class, blended by weights[classes],
// which add up to 1: between classes their distribution is between theirs. A class that was not fitted counts
// as the prior. `out` may be n; work[2 * density->dim].
void noise_shape(const struct density *density, const float *weights, const float *n, float *out,
                 double *work);

// --- ways between points
//
// Lengths matter: nearly all points that the prior draws are about sqrt(count) long, level by level, and the
// decoder has seen no others.
//   lerp    (1 - t) a + t b, the article's z = t z1 + (1 - t) z2.
//           Shorter between two unrelated points: by sqrt(1/2) in the middle.
//   slerp   level by level along the arc (Shoemake 1985), the length going evenly from a's to b's.
//   spline  Catmull & Rom (1974): through all keyframes without a corner; lengths as with lerp.
enum noise_interpolation { NOISE_LERP, NOISE_SLERP, NOISE_SPLINE };

struct noise_path {
    const struct noise_space *space;
    enum noise_interpolation interpolation;
    const float *keys;  // [key_count][space->count]
    uint32_t key_count; // at least 1
    bool loop;          // from the last back to the first
};

// Pieces from keyframe to keyframe.
uint32_t noise_path_segments(const struct noise_path *path);

// The point at `position`, 0 to segments: whole numbers are keyframes, and exactly those.
void noise_path_at(const struct noise_path *path, double position, float *noise);

// What keyframe `key` counts at `position`: for what goes along with the points, such as their classes. Over
// all keyframes these add up to 1. With slerp as with lerp.
float noise_path_weight(const struct noise_path *path, double position, uint32_t key);

#endif
