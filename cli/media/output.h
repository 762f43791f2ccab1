// Writing whole or not at all: everything goes to a temporary name beside the target, is flushed to the disk,
// and takes its final name in one step. An existing target is replaced only on request.
#ifndef MOGRAPH_CLI_MEDIA_OUTPUT_H
#define MOGRAPH_CLI_MEDIA_OUTPUT_H

#include "cli/media/paths.h"

#include <stdint.h>
#include <stdio.h>

struct output {
    char path[PATH_CAPACITY]; // the target
    char
        temporary[PATH_CAPACITY]; // where it is written until the commit; "" when there is nothing to discard
    bool force;                   // replace an existing target
    FILE *file;                   // NULL for a folder
};

// Creates the temporary file, or with `folder` the temporary folder. Refuses an existing target unless
// `force`; a folder is replaced only when it holds nothing but PNGs.
bool output_begin(struct output *output, const char *path, bool folder, bool force,
                  struct media_error *error);
bool output_write(struct output *output, const void *bytes, size_t size, struct media_error *error);
// Makes the target visible. On failure the temporary is gone and an old target is as it was.
bool output_commit(struct output *output, struct media_error *error);
// Removes the temporary; harmless after a commit. For folders: its files must be plain files.
void output_discard(struct output *output);

// One file in one go.
bool output_file(const char *path, const void *bytes, size_t size, bool force, struct media_error *error);

#endif
