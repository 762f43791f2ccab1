// How folders are walked by whoever looks for clips: `dataset import`, and the list of a data set that info,
// train, classifier train and eval share. Each file and folder once, by device and inode, whatever links lead
// to it; what is not taken is told, in one of two ways. The rules stand in README.md.
#ifndef MOGRAPH_CLI_DATA_WALK_H
#define MOGRAPH_CLI_DATA_WALK_H

#include "cli/media/paths.h"

#include <stdint.h>

enum walk_telling {
    WALK_SKIPPED,  // could have been a clip: counts as input that was skipped, exit status 3
    WALK_LEFT_OUT, // never was input: hidden, of the system, or mograph's own
};

// Told of each; the text begins with its name. `tell` may be NULL.
struct walk_report {
    void (*tell)(void *user, enum walk_telling telling, const char *text);
    void *user;
    uint32_t skipped, left_out; // filled in; hidden entries count one each
};

struct walk_visits; // walk.c

struct folder_walk {
    struct walk_report *report;
    struct walk_visits *visits;
};

enum walk_entry {
    WALK_NOTHING, // not there, not a plain file, or seen already: told
    WALK_FOLDER,
    WALK_FRAMES, // a folder that is one clip
    WALK_FILE,
    WALK_FAILED, // no memory
};

// `report` must outlive the walk.
bool walk_begin(struct folder_walk *walk, struct walk_report *report, struct cli_error *error);
void walk_end(struct folder_walk *walk);

// Looks at what a path leads to, and remembers it.
enum walk_entry walk_look(struct folder_walk *walk, const char *path, struct cli_error *error);
// Lists a folder and tells what in it is passed over. The caller destroys the list.
bool walk_list(struct folder_walk *walk, const char *folder, struct path_list *list, struct cli_error *error);

// Tells of something that the caller does not take.
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void walk_tell(struct folder_walk *walk, enum walk_telling how, const char *path, const char *format, ...);

// "FOLDER: hidden, or of the system: .DS_Store, Thumbs.db": what a list of the folder passes over, in one
// line however many they are: macOS leaves a hidden file beside every file. No line with a count of 0.
bool walk_passed_over(const char *folder, size_t *count, struct cli_error *line, struct cli_error *error);

bool walk_is_link(const char *path);

#endif
