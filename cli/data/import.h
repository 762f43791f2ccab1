// Importing clips of any size, length and format into a data set of one size.
#ifndef MOGRAPH_CLI_DATA_IMPORT_H
#define MOGRAPH_CLI_DATA_IMPORT_H

#include "cli/data/make.h"
#include "cli/data/walk.h"
#include "cli/media/resample.h"

enum import_frames {
    IMPORT_UNIFORM, // the whole clip, faster or slower
    IMPORT_FIRST,   // its first frames
    IMPORT_WINDOW,  // the run of frames in which most happens
};

struct import {
    struct data_size size;
    enum clip_fit fit;
    enum import_frames frames_from;
    double val; // the part of each kind's clips for validation, 0 to below 1
    enum data_format format;
};

// What was not taken: told as walk.h has it, skipped (what could not be read, too) or left out.
struct import_report {
    void (*tell)(void *user, enum walk_telling telling, const char *text);
    void *user;
    uint32_t imported_count, skipped_count, left_out_count; // filled in
};

// Searches the sources (files, and folders with all they contain) for clips and writes DIR/train/KIND and
// DIR/val/KIND; a clip's kind is the name of the folder that holds it. What cannot be read is reported, and
// the rest goes on. Fails when nothing at all could be imported, and before any work when a kind cannot have
// its folder's name.
bool import_write(const struct import *import, const char *const *sources, uint32_t source_count,
                  const char *folder, bool force, struct import_report *report,
                  const struct data_progress *progress, struct cli_error *error);

// Reads one clip at the size and length that `import` asks for; the caller owns it.
bool import_clip(const struct import *import, const char *path, struct clip *clip, struct cli_error *error);

#endif
