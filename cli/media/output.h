// Writing whole or not at all (model/files/atomic_file.h), also for folders of frames, with errors in words.
// An existing target is replaced only on request.
#ifndef MOGRAPH_CLI_MEDIA_OUTPUT_H
#define MOGRAPH_CLI_MEDIA_OUTPUT_H

#include "cli/folder_lock.h"
#include "cli/media/paths.h"
#include "model/files/atomic_file.h"

struct output {
    struct atomic_file atomic; // the target, the temporary, and the file, NULL for a folder
    struct folder_lock lock;   // on the temporary folder, so that a sweep leaves it alone
    bool force;                // replace an existing target
};

// Creates the temporary file, or with `folder` the temporary folder. Refuses an existing target unless
// `force`, and whatever it says: a file replaces nothing but a file (or a link to one), a folder nothing but
// a folder that holds PNGs and no other thing that anybody could miss. Devices, pipes and sockets are never
// replaced.
bool output_begin(struct output *output, const char *path, bool folder, bool force, struct cli_error *error);
bool output_write(struct output *output, const void *bytes, size_t size, struct cli_error *error);
// Makes the target visible. On failure the temporary is gone and an old target is as it was.
bool output_commit(struct output *output, struct cli_error *error);
// Removes what killed processes left of this target, and gives it back its frames where one was killed while
// they stepped aside. Reads the whole folder around it, so once a command rather than once a clip.
void output_sweep(const char *path);
// Removes the temporary; harmless after a commit. For folders: its files must be plain files.
void output_discard(struct output *output);

// One file in one go.
bool output_file(const char *path, const void *bytes, size_t size, bool force, struct cli_error *error);

#endif
