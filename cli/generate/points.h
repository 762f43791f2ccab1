// What commands do with points of the noise space: from sources, to clips, to files.
#ifndef MOGRAPH_CLI_GENERATE_POINTS_H
#define MOGRAPH_CLI_GENERATE_POINTS_H

#include "cli/generate/work.h"
#include "model/sample/points.h"

// Zero-initialised room. False when memory is short; points_destroy frees either way.
bool points_begin(struct points *points, const struct work *work, uint32_t count, struct cli_error *error);

// Fills in point i from a source: draws it, reads it, or encodes its clip under `kind`
// (GENERATOR_ANY_CLASS: the one with the most evidence), which points_read_source has read. `seed` is for
// kinds without one; kinds and seeds are drawn as `draw` says, whatever its seed. *encoding, which may be
// NULL, is only for clips.
bool points_from_source(const struct points *points, const struct work *work, uint32_t i,
                        const struct source *source, uint64_t seed, uint32_t kind,
                        const struct point_draw *draw, struct generator_encoding *encoding,
                        struct cli_error *error);

// Before the work, before there is a device: reads the clip of a source that is one into source->rgb, and
// opens its z file. Kinds and seeds need nothing.
bool points_read_source(const struct work *work, struct source *source, struct cli_error *error);

// Reads a clip at the model's size and length, cropped to its shape; the caller frees *rgb. *fps is what
// makes it last as long as the original.
bool points_read_clip(const struct work *work, const char *path, uint8_t **rgb, double *fps,
                      struct cli_error *error);

// Decodes all points to rgb, showing progress, until the user wants to stop.
bool points_decode(struct work *work, const struct points *points, uint8_t *rgb, struct cli_error *error);

// Writes point i as a z file; an existing one is replaced only with --force.
bool points_save(const struct points *points, const struct work *work, uint32_t i, const char *path,
                 const char *what, struct cli_error *error);
// Whether that could be done: to be asked before the work.
bool points_check_path(const struct work *work, const char *path, struct cli_error *error);

#endif
