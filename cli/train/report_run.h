// The report of a run in progress.
#ifndef MOGRAPH_CLI_TRAIN_REPORT_RUN_H
#define MOGRAPH_CLI_TRAIN_REPORT_RUN_H

#include "cli/train/report.h"
#include "cli/train/run.h"

// Writes RUN/report.html as things stand; seconds_per_clip 0: not measured. False with one line in *error,
// which need not end a run: all that it says lies in the run's other files.
bool train_report_run(const struct train_loop *loop, enum train_state state, double seconds_per_clip,
                      struct cli_error *error);

#endif
