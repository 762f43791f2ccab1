// From decoded clips to files: grids, scale, frames a second, the comment.
#ifndef MOGRAPH_CLI_GENERATE_PICTURE_H
#define MOGRAPH_CLI_GENERATE_PICTURE_H

#include "cli/generate/work.h"
#include "cli/media/grid.h"

#define PICTURE_FPS 25.0 // where --fps is not given

// --fps, or the default.
double picture_fps(const struct work *work);

// Columns that make `count` clips of the model's size about as wide as high.
uint32_t picture_columns(const struct work *work, uint32_t count);

// Whether such a grid can be laid out and written to -o: its size, its format, and memory for it beside
// `held` decoded clips. To be asked before the work.
bool picture_check(const struct work *work, const struct grid *grid, uint32_t frames, uint64_t held,
                   struct cli_error *error);

// Lays `count` clips of the model's width and height and `frames` frames out as columns x rows,
// with a gap where there are several; names may be NULL, see grid.h.
// The caller owns *out. --scale and --fps are applied.
bool picture_lay_out(const struct work *work, const struct grid *grid, uint32_t frames, const uint8_t *rgb,
                     uint32_t count, struct clip *out, struct cli_error *error);

// Writes the clip with its comment, made from `what` (work_comment).
bool picture_write(const struct work *work, struct clip *clip, const char *path, const char *what,
                   struct cli_error *error);

// One decoded clip to one file.
bool picture_write_one(const struct work *work, const uint8_t *rgb, const char *path, const char *what,
                       struct cli_error *error);

#endif
