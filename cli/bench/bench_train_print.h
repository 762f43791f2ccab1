// What `mograph bench train` prints of what it has timed.
#ifndef MOGRAPH_CLI_BENCH_BENCH_TRAIN_PRINT_H
#define MOGRAPH_CLI_BENCH_BENCH_TRAIN_PRINT_H

#include "cli/bench/bench_train.h"
#include "cli/json.h"

// One batch: the step, then where its time went; `each`: also every record.
bool bench_train_print(const struct cli_device *device, const struct bench_train *bench, bool each,
                       struct cli_error *error);

// Several batches: a head, then a row as each is done.
void bench_train_print_head(const struct cli_device *device, const struct bench_train *bench);
void bench_train_print_row(const struct bench_train *bench);

// As JSON: what was timed, then of one batch what came of it; of several an array of rows. Without memory
// the result is NULL, which json_print_and_delete refuses.
cJSON *bench_train_json_head(const struct cli_device *device, const struct bench_train *bench);
void bench_train_json_step(cJSON *row, const struct bench_train *bench);
bool bench_train_json_profile(cJSON *root, const struct bench_train *bench, bool each,
                              struct cli_error *error);

#endif
