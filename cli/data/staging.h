// A data set appears whole or not at all: it is built in DIR.partial and takes its name when it is complete.
// Until then whatever was called DIR stays as it is. A process that is killed at any moment leaves DIR whole,
// the old one or the new one, and at most a DIR.partial that the next run removes.
#ifndef MOGRAPH_CLI_DATA_STAGING_H
#define MOGRAPH_CLI_DATA_STAGING_H

#include "cli/folder_lock.h"
#include "cli/media/paths.h"

struct staging {
    char target[PATH_CAPACITY];
    char folder[PATH_CAPACITY]; // where to build; "" once committed or discarded
    struct folder_lock lock;    // on that folder, whatever its name
    bool force;
};

// Creates DIR.partial, locked, and removes what an interrupted run left of it. An existing target is refused
// unless it is an empty folder, or `force` is set and it is a data set that mograph made (it has our
// manifest.json) and holds nothing else beside it.
bool staging_begin(struct staging *staging, const char *target, bool force, struct cli_error *error);
// Creates a folder of the set, with its parents: "train/burst".
bool staging_folder(const struct staging *staging, const char *relative, char out[PATH_CAPACITY],
                    struct cli_error *error);
bool staging_commit(struct staging *staging, struct cli_error *error);
// Gives the lock back, and removes what was not committed. Harmless on zeroes.
void staging_end(struct staging *staging);

// Whether a folder is the target, or where it is built, under whatever name.
bool staging_is_target(const struct staging *staging, const char *folder);
bool staging_is_folder(const struct staging *staging, const char *folder);

#endif
