// One picture of a PNG through libspng.
#ifndef MOGRAPH_CLI_MEDIA_PNG_DECODE_H
#define MOGRAPH_CLI_MEDIA_PNG_DECODE_H

#include "cli/media/clip.h"

struct png_picture {
    uint32_t height, width;
    uint8_t *rgba; // [height][width][4], straight alpha
};

// `unchecked`: a PNG put together from parts whose checksums were right. The caller frees picture->rgba.
bool png_decode(const char *path, const uint8_t *bytes, size_t size, bool unchecked,
                const struct clip_limits *limits, struct png_picture *picture, struct cli_error *error);

#endif
