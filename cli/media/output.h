// Writing whole or not at all (model/files/atomic_file.h), also for folders of frames, with errors in words.
// An existing target is replaced only on request.
#ifndef MOGRAPH_CLI_MEDIA_OUTPUT_H
#define MOGRAPH_CLI_MEDIA_OUTPUT_H

#include "cli/media/paths.h"
#include "model/files/atomic_file.h"

struct output {
    struct atomic_file atomic; // the target, the temporary, and the file, NULL for a folder
    bool force;                // replace an existing target
};

// Creates the temporary file, or with `folder` the temporary folder. Refuses an existing target unless
// `force`; a folder is replaced only when it holds nothing but PNGs.
bool output_begin(struct output *output, const char *path, bool folder, bool force, struct cli_error *error);
bool output_write(struct output *output, const void *bytes, size_t size, struct cli_error *error);
// Makes the target visible. On failure the temporary is gone and an old target is as it was.
bool output_commit(struct output *output, struct cli_error *error);
// Removes the temporary; harmless after a commit. For folders: its files must be plain files.
void output_discard(struct output *output);

// One file in one go.
bool output_file(const char *path, const void *bytes, size_t size, bool force, struct cli_error *error);

#endif
