// The picture of a moment out of whole clips: the motion goes on for ever, z travels, and light adds up.
#ifndef MOGRAPH_CLI_DEMO_MIXER_H
#define MOGRAPH_CLI_DEMO_MIXER_H

#include "cli/media/srgb.h"
#include "model/sample/timeline.h"

struct mixer {
    struct srgb_tables tables;
    struct motion motion;
    size_t frame_bytes;
};

void mixer_init(struct mixer *mixer, uint32_t frames, uint32_t height, uint32_t width);

// Frame `frame` of the motion: of the clip `to`, rgb [frames][height][width][3], and 1 - share of `from`,
// which may be NULL where share is 1; `brightness` times their light.
void mixer_show(const struct mixer *mixer, uint64_t frame, const uint8_t *from, const uint8_t *to,
                double share, double brightness, uint8_t *rgb);

#endif
