// File names: extensions, sorted listings of folders.
#ifndef MOGRAPH_CLI_MEDIA_PATHS_H
#define MOGRAPH_CLI_MEDIA_PATHS_H

#include "cli/error.h"

#include <stddef.h>

// Room for a path; longer ones are refused.
#define PATH_CAPACITY 4096

// Whether `path` ends in `extension` (".gif"), whatever its case.
bool path_has_extension(const char *path, const char *extension);
// The part after the last slash; trailing slashes do not count.
const char *path_base(const char *path);
// folder/name into `out`; fails when it does not fit.
bool path_join(char out[PATH_CAPACITY], const char *folder, const char *name, struct cli_error *error);
bool path_is_folder(const char *path);

// "." and "..", which every listing of a folder has.
bool path_is_dots(const char *name);

// Whether a name is passed over wherever folders are listed: it is hidden (begins with a dot), or a system
// puts such things into folders by itself (Thumbs.db, desktop.ini, __MACOSX, ...).
bool path_is_passed_over(const char *name);

// Whether it is a file that a system writes into folders and that nobody misses (.DS_Store, ._NAME,
// Thumbs.db, ...).
bool path_is_worthless(const char *name);

struct path_list {
    char **names;
    size_t count;
    size_t passed_over; // how many there were besides
};
// The entries of a folder that are not passed over, numbers in names in numeric order.
bool path_list_read(struct path_list *list, const char *folder, struct cli_error *error);
// Those that are.
bool path_list_passed_over(struct path_list *list, const char *folder, struct cli_error *error);
void path_list_destroy(struct path_list *list);

#endif
