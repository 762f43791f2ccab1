// A run is its data: what they consist of is written down when it begins, and compared when it goes on.
#ifndef MOGRAPH_CLI_TRAIN_DATA_CHECK_H
#define MOGRAPH_CLI_TRAIN_DATA_CHECK_H

#include "cli/train/data_record.h"
#include "cli/train/folder.h"

#include <cjson/cJSON.h>

// Zero-initialise; data_record_destroy(&check.now) frees.
struct data_check {
    char recorded[17];      // the hash in config.json; "" where there is none
    struct data_record now; // the data set as it is
};

// Takes the hash out of a configuration: what is left are options.
void data_check_take(struct data_check *check, cJSON *config);

// Writes RUN/config.json, which is `config` with the hash, and RUN/data.txt, the list.
bool data_check_write(const struct data_check *check, const struct run_folder *folder, cJSON *config,
                      struct cli_error *error);

// Whether the run in `folder` may go on with the data set as it is: with another one only where the user
// `named` it, and never with other kinds. *changed: it may, and the run's record is to be written anew.
bool data_check_resume(const struct data_check *check, const struct run_folder *folder, bool named,
                       bool *changed, struct cli_error *error);

#endif
