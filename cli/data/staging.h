// A data set appears whole or not at all: it is built in DIR.partial and takes its name when it is complete.
#ifndef MOGRAPH_CLI_DATA_STAGING_H
#define MOGRAPH_CLI_DATA_STAGING_H

#include "cli/media/paths.h"

struct staging {
    char target[PATH_CAPACITY];
    char folder[PATH_CAPACITY]; // where to build; "" once committed or discarded
};

// Creates DIR.partial (and removes what an interrupted run left of it). An existing target is refused, unless
// `force` is set and it is a data set that mograph made (it has our manifest.json) or an empty folder.
bool staging_begin(struct staging *staging, const char *target, bool force, struct cli_error *error);
// Creates a folder of the set, with its parents: "train/burst".
bool staging_folder(const struct staging *staging, const char *relative, char out[PATH_CAPACITY],
                    struct cli_error *error);
bool staging_commit(struct staging *staging, struct cli_error *error);
void staging_discard(struct staging *staging);

#endif
