// Points of the noise space and what is done with many of them: from sources, to clips, to files.
#ifndef MOGRAPH_CLI_GENERATE_POINTS_H
#define MOGRAPH_CLI_GENERATE_POINTS_H

#include "cli/generate/work.h"

struct points {
    uint32_t count;
    float *noise;   // [count][work_noise_count]
    float *classes; // [count][work_classes]
};

// Zero-initialised room. False, with a line printed, when memory is short; points_destroy frees either way.
bool points_create(struct points *points, const struct work *work, uint32_t count);
void points_destroy(struct points *points);
float *points_noise(const struct points *points, const struct work *work, uint32_t i);
float *points_classes(const struct points *points, const struct work *work, uint32_t i);

// How kinds and seeds are drawn (generator_draw).
struct points_draw {
    double temperature, fine;
};

// Draws point i for a seed and the classes that it holds already.
void points_draw_blend(const struct points *points, const struct work *work, uint32_t i, uint64_t seed,
                       const struct points_draw *draw);
// Draws point i for a seed and a kind. With `kind` UINT32_MAX the seed draws the kind, too. The kind.
uint32_t points_draw_one(const struct points *points, const struct work *work, uint32_t i, uint64_t seed,
                         uint32_t kind, const struct points_draw *draw);

// Fills in point i from a source: draws it, reads it, or reads a clip and encodes it under `kind`
// (GENERATOR_ANY_CLASS: the one with the most evidence). `seed` is for kinds without one. *encoding, which
// may be NULL, is only for clips. False with a line printed.
bool points_from_source(const struct points *points, const struct work *work, uint32_t i,
                        const struct source *source, uint64_t seed, uint32_t kind,
                        const struct points_draw *draw, struct generator_encoding *encoding);

// Reads a clip at the model's size and length, cropped to its shape; the caller frees *rgb. *fps is what
// makes it last as long as the original. False with a line printed.
bool points_read_clip(const struct work *work, const char *path, uint8_t **rgb, double *fps);

// Decodes all points to rgb, showing progress. 0, or the exit status with a line printed.
int points_decode(struct work *work, const struct points *points, uint8_t *rgb);

// Writes point i as a z file; an existing one is replaced only with --force. False with a line printed.
bool points_save(const struct points *points, const struct work *work, uint32_t i, const char *path,
                 const char *what);
// Whether that could be done: to be asked before the work. False with a line printed.
bool points_check_path(const struct work *work, const char *path);

#endif
