// A data set on disk: DIR/train/KIND/CLIP and DIR/val/KIND/CLIP, torchvision's ImageFolder convention twice.
// A folder without train/ and val/ is taken as DIR/KIND/CLIP, all of it for training.
#ifndef MOGRAPH_CLI_DATA_SCAN_H
#define MOGRAPH_CLI_DATA_SCAN_H

#include "cli/data/walk.h"

#include <stdint.h>

struct data_clip {
    char *path;
    uint32_t kind; // index into kinds
    bool val;      // for validation
};

// Something in the folder that is no clip of the set; the text begins with its name.
struct data_note {
    enum walk_telling telling;
    char *text;
};

struct data_set {
    char **kinds; // sorted by name
    uint32_t kind_count;
    struct data_clip *clips; // by part, kind and name: the same order on every machine
    uint32_t clip_count;
    struct data_note *notes; // in the order of the walk
    uint32_t note_count;
    bool has_train;             // there is a folder train/
    uint32_t skipped, left_out; // how many things the notes are about
};

// Lists the clips without opening them; fails when there are none. The caller destroys the set.
bool data_set_scan(struct data_set *set, const char *folder, struct cli_error *error);
void data_set_destroy(struct data_set *set);

// How many clips of a kind a part holds.
uint32_t data_set_count(const struct data_set *set, uint32_t kind, bool val);

// Whether it can be trained on: there are training clips, and its kinds have names that weights can keep.
bool data_set_check(const struct data_set *set, const char *folder, struct cli_error *error);

#endif
