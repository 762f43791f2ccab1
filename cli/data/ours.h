// Which folders mograph made itself: only these are replaced, and the search for clips leaves them out.
#ifndef MOGRAPH_CLI_DATA_OURS_H
#define MOGRAPH_CLI_DATA_OURS_H

#include "cli/error.h"

enum folder_origin {
    FOLDER_OTHER,
    FOLDER_DATA_SET,   // manifest.json says that mograph made it
    FOLDER_UNFINISHED, // a data set that is being written, or is left of one that was
    FOLDER_RUN,        // a run: config.json, and checkpoints/ beside it
    FOLDER_UNKNOWN,    // it cannot be told; errno says why
};

enum folder_origin folder_made_by_us(const char *folder);
// What such a folder is, in words; NULL for FOLDER_OTHER.
const char *folder_origin_text(enum folder_origin origin);

// Whether mograph puts a file of this name beside a set's train/ and val/.
bool ours_is_file(const char *name);
// Whether a folder may be replaced as one of ours: a data set, and nothing at its top that somebody else put
// there; or empty. What systems leave behind does not count.
bool ours_may_replace(const char *folder, struct cli_error *error);

// A hidden file in a folder from its first moment until it is whole, and again while it is removed: nothing
// else is ever taken for a leftover of ours.
bool ours_mark(const char *folder); // false with errno
bool ours_is_marked(const char *folder);
void ours_unmark(const char *folder);

// Removes a folder with all that is in it, its mark last: whenever this is cut short, the rest is known for
// what it is. Links are removed, never followed. False with errno when something stays.
bool ours_remove(const char *folder);

#endif
