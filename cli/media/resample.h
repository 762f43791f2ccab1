// Changing the size of clips in space and in time. Both average linear light, as a lens and a shutter do.
#ifndef MOGRAPH_CLI_MEDIA_RESAMPLE_H
#define MOGRAPH_CLI_MEDIA_RESAMPLE_H

#include "cli/media/clip.h"
#include "cli/media/srgb.h"

enum clip_fit {
    CLIP_FIT_CROP,    // fill the picture, cut what sticks out, keep the middle
    CLIP_FIT_PAD,     // show everything, black bars
    CLIP_FIT_STRETCH, // show everything, change the proportions
};

// Weights for one axis: out[i] = sum over k of weight[i * taps + k] * in[first[i] + k].
struct resample_axis {
    uint32_t out, taps;
    uint32_t *first;
    float *weights;
};

// A frame scaler for one pair of sizes; reads pictures of height x width, writes out_height x out_width.
struct resampler {
    struct resample_axis across, down;
    uint32_t height, width, out_height, out_width;
    float *columns; // [height][out_width][3]
    struct srgb_tables tables;
};

// Mitchell's filter, widened when the picture shrinks so that nothing aliases. False when memory is short;
// resampler_finish frees either way.
bool resampler_init(struct resampler *resampler, uint32_t height, uint32_t width, uint32_t out_height,
                    uint32_t out_width, enum clip_fit fit);
void resampler_finish(struct resampler *resampler);
// rgb [height][width][3] to out [out_height][out_width][3].
void resampler_frame(struct resampler *resampler, const uint8_t *rgb, uint8_t *out);

// Spreads `frames` new frames over the whole duration of `clip`: each is the average of what was shown in its
// time, as an open shutter sees it. The new clip is the caller's.
bool clip_resample_time(const struct clip *clip, uint32_t frames, struct clip *out, struct cli_error *error);

#endif
