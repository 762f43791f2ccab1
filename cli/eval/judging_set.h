// Which set figures were taken on: a short name to read, and a hash that tells two sets apart.
#ifndef MOGRAPH_CLI_EVAL_JUDGING_SET_H
#define MOGRAPH_CLI_EVAL_JUDGING_SET_H

#include "cli/data/scan.h"

struct judging_set {
    // Of a drawn set what it was drawn by: "particles: seed 7, 4 layouts, variety 1, 240 clips a kind of
    // 128x128x32"; of another one its folder's name.
    char name[240];
    char hash[17]; // of kinds, names and contents of all clips, as a run's data-hash
};

// Reads every clip's bytes once. Fails on what cannot be read.
bool judging_set_name(struct judging_set *judged, const struct data_set *set, const char *folder,
                      struct cli_error *error);

#endif
