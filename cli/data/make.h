// What making a data set shares, whatever it is made from: formats, progress, the manifest, the split.
#ifndef MOGRAPH_CLI_DATA_MAKE_H
#define MOGRAPH_CLI_DATA_MAKE_H

#include "cli/data/staging.h"
#include "cli/media/clip.h"

#include <cjson/cJSON.h>

#include <stdint.h>

enum data_format { DATA_WEBP, DATA_GIF, DATA_PNG };

struct data_size {
    uint32_t width, height, frames;
};

// The sizes that data sets may have: 8 to 1024 a side, 1 to 1024 frames, no more than memory is meant to
// hold.
bool data_size_check(const struct data_size *size, struct cli_error *error);

// Called after every clip, never from two threads at once;
// false stops the work, which then fails as cancelled.
struct data_progress {
    bool (*step)(void *user, uint32_t done, uint32_t total);
    void *user;
};
bool data_progress_step(const struct data_progress *progress, uint32_t done, uint32_t total);

// How many of `clips` are for validation: the part rounded, but never all, and at least one of two or more.
uint32_t data_val_count(uint32_t clips, double part);

// "train/burst/0001.webp", or a folder's name for DATA_PNG; number counts from 1 within part and kind.
void data_clip_name(char *out, size_t capacity, bool val, const char *kind, uint32_t number,
                    enum data_format format);
// Writes a clip under that name into the set at hand.
bool data_clip_write(const struct staging *staging, const char *name, const struct clip *clip,
                     struct cli_error *error);

// A new manifest with the fields that all have: generator, version of the format, source, size. NULL without
// memory; cJSON_Delete frees.
cJSON *data_manifest_begin(const char *source, const struct data_size *size);
// Writes it as manifest.json.
bool data_manifest_write(const struct staging *staging, const cJSON *manifest, struct cli_error *error);

// Draws sheet.png into the set at `folder`: a row for each of the first
// 24 kinds, two clips of each at five moments.
bool data_sheet_write(const char *folder, struct cli_error *error);

#endif
