// The clips of a folder as what a run trains on.
#ifndef MOGRAPH_CLI_TRAIN_FOLDER_DATA_H
#define MOGRAPH_CLI_TRAIN_FOLDER_DATA_H

#include "cli/train/data.h"

// As train_data_open.
bool folder_data_open(struct train_data *data, const char *path, struct cli_error *error);

#endif
