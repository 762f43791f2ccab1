// What a viewer sees of one clip without another to compare it with: how sharp, how bright, how many things,
// how it moves. Ratios of means over samples to means over real clips are what is reported.
#ifndef MOGRAPH_MODEL_METRICS_PICTURE_H
#define MOGRAPH_MODEL_METRICS_PICTURE_H

#include "model/metrics/clip_view.h"
#include "runtime/status.h"

#define PICTURE_FOREGROUND 0.1f // brightest channel above it: foreground
#define PICTURE_BLOB 0.3f       // brightest channel above it: part of a blob

struct picture {
    // Mean, over the foreground pixels inside the frame's border and their three channels, of the squared
    // Laplacian (the four neighbours less four times the pixel). 0 without foreground.
    double laplacian;
    // Mean brightest channel of the brightest 0.1% of the clip's pixels: d h w / 1000 of them, at least one.
    double peak;
    // Blobs in a frame, mean over frames: sets of pixels above PICTURE_BLOB that touch by a side or a corner.
    double blobs;
    // Mean square over all numbers of x[t + 1] - x[t] and of x[t + 1] - 2 x[t] + x[t - 1]. NAN for clips of
    // fewer than two, and three, frames.
    double first_difference, second_difference;
};

// Errors: RT_ERROR_INVALID (numbers that are not finite), RT_ERROR_OUT_OF_MEMORY.
enum rt_status picture_measure(const struct clip_view *clip, struct picture *out);

#endif
