// Reading clips: GIF, WebP and PNG (still or animated), a folder of PNGs, and what the user's ffmpeg reads.
//
// The format follows from the file's first bytes, never from its name alone. Every failure names the file.
// Nothing is allocated before the sizes in the header have passed the limits.
#ifndef MOGRAPH_CLI_MEDIA_READ_H
#define MOGRAPH_CLI_MEDIA_READ_H

#include "cli/media/clip.h"

// Passes every frame of the clip at `path` to the sink, until it has enough.
bool clip_stream(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                 struct cli_error *error);

// Reads a whole clip into `clip`, which the caller owns on success and which is empty on failure.
bool clip_read(const char *path, struct clip *clip, struct cli_error *error);

// Whether the name ends like a clip that clip_read may read; says nothing about the contents.
bool clip_name_is_known(const char *path);
// *is: whether `path` is a folder that holds PNGs and nothing else but what is passed over (paths.h): a clip,
// one frame a file. Fails when a folder cannot be listed. Animated PNGs are clips of their
// own.
bool clip_is_png_folder(const char *path, bool *is, struct cli_error *error);

#endif
