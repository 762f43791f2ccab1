// Where clips come from, and reading several of them side by side: decoding is what takes time.
#ifndef MOGRAPH_MODEL_CLIPS_CLIP_SOURCE_H
#define MOGRAPH_MODEL_CLIPS_CLIP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

// `read` fills rgb [d][h][w][3] and may be called from several threads at once; false, with a line logged,
// when a clip cannot be read. Where clips are renewed (sampler.h) it is asked for clips beyond `count`, too: clip
// `count` + i is what takes the place of clip i, and has its class.
struct clip_source {
    uint32_t count;
    uint32_t d, h, w;
    const uint32_t *classes; // [count]
    bool (*read)(void *user, uint32_t clip, uint8_t *rgb);
    // Told which clips will be read next, in that order, so that they can be made ready: `ahead` clips before
    // they are read. From one thread. May be NULL.
    void (*expect)(void *user, const uint32_t *clips, uint32_t count);
    uint32_t ahead;
    // Told while a whole set is loaded; false stops. May be NULL.
    bool (*progress)(void *user, uint32_t done, uint32_t total);
    void *user;
};

// Bytes of a clip.
uint64_t clip_source_clip_bytes(const struct clip_source *source);

// Reads the clips into rgb [count][d][h][w][3], on as many threads as there are processors. False when one of
// them cannot be read.
bool clip_source_read(const struct clip_source *source, const uint32_t *clips, uint32_t count, uint8_t *rgb);

#endif
