// Writing clips: the extension decides. Every writer goes through output.h: whole or not at all.
//   .gif            our own palettes and dithering
//   .webp           animated, lossless, true colour
//   .png            one sheet with all frames, left to right and top to bottom
//   .mp4 .mov .webm through the user's ffmpeg
//   none            a folder with one PNG a frame
#ifndef MOGRAPH_CLI_MEDIA_WRITE_H
#define MOGRAPH_CLI_MEDIA_WRITE_H

#include "cli/media/clip.h"

// The kinds of output, for help texts and messages.
#define CLIP_WRITE_FORMATS                                                                                   \
    ".gif, .webp, .png (a sheet), .mp4, .mov, .webm, or a folder name for one PNG a frame"

// Writes the clip to `path`; an existing file is replaced only with `force`.
bool clip_write(const struct clip *clip, const char *path, bool force, struct cli_error *error);
// Fails when clip_write could not use this name: to be asked before hours of work.
bool clip_write_check(const char *path, bool force, struct cli_error *error);

// Fails when such a clip could not be written in the format of this name, whose own limits are asked:
// videos also for their program and its encoder, by writing one black frame of this size to a temporary
// name.
bool clip_format_check(const char *path, uint32_t frames, uint32_t height, uint32_t width, double fps,
                       struct cli_error *error);

// Encodes into memory; the caller frees *bytes.
bool gif_encode(const struct clip *clip, uint8_t **bytes, size_t *size, struct cli_error *error);
bool webp_encode(const struct clip *clip, uint8_t **bytes, size_t *size, struct cli_error *error);
// One picture, rgb [height][width][3]; `comment` as in struct clip.
bool png_encode(const uint8_t *rgb, uint32_t height, uint32_t width, const char *comment, uint8_t **bytes,
                size_t *size, struct cli_error *error);

bool png_write(const char *path, const uint8_t *rgb, uint32_t height, uint32_t width, const char *comment,
               bool force, struct cli_error *error);
bool png_sheet_write(const struct clip *clip, const char *path, bool force, struct cli_error *error);
bool png_folder_write(const struct clip *clip, const char *path, bool force, struct cli_error *error);
bool video_write(const struct clip *clip, const char *path, bool force, struct cli_error *error);
bool video_check(const char *path, uint32_t height, uint32_t width, double fps, struct cli_error *error);

#endif
