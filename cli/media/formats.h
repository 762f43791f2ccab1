// One reader a format, each in a file of its name; read.c chooses among them. GIF, WebP and PNG are read from
// bytes in memory, where `path` serves messages only.
#ifndef MOGRAPH_CLI_MEDIA_FORMATS_H
#define MOGRAPH_CLI_MEDIA_FORMATS_H

#include "cli/media/clip.h"

// GIF89a, by giflib record by record. Composed as browsers compose it: the canvas begins transparent (here
// black), disposal to the background clears to transparent, and the background colour is never used.
bool gif_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
              struct clip_sink sink, struct cli_error *error);
bool webp_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
               struct clip_sink sink, struct cli_error *error);
// A still, or an animation by its content.
bool png_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
              struct clip_sink sink, struct cli_error *error);
bool apng_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
               struct clip_sink sink, struct cli_error *error);

// A folder's PNGs in natural order (frame2 before frame10), all of one size.
bool png_folder_read(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                     struct cli_error *error);
// Through the user's ffprobe (which stream) and ffmpeg (its frames with their times); no shell, only local
// plain files. Rotated as the file says, pixels made square, interlaced frames made whole, transparency over
// black.
bool video_read(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                struct cli_error *error);

#endif
