// A data set on disk: DIR/train/KIND/CLIP and DIR/val/KIND/CLIP, torchvision's ImageFolder convention twice.
// A folder without train/ and val/ is taken as DIR/KIND/CLIP, all of it for training.
#ifndef MOGRAPH_CLI_DATA_SCAN_H
#define MOGRAPH_CLI_DATA_SCAN_H

#include "cli/media/paths.h"

#include <stdint.h>

struct data_clip {
    char *path;
    uint32_t kind; // index into kinds
    bool val;      // for validation
};

struct data_set {
    char **kinds; // sorted by name
    uint32_t kind_count;
    struct data_clip *clips; // by part, kind and name: the same order on every machine
    uint32_t clip_count;
};

// Lists the clips without opening them; fails when there are none. The caller destroys the set.
bool data_set_scan(struct data_set *set, const char *folder, struct cli_error *error);
void data_set_destroy(struct data_set *set);

// How many clips of a kind a part holds.
uint32_t data_set_count(const struct data_set *set, uint32_t kind, bool val);

#endif
