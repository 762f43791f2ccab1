// The classifier of a data set: from its cache, or trained on the spot.
#ifndef MOGRAPH_CLI_EVAL_JUDGE_H
#define MOGRAPH_CLI_EVAL_JUDGE_H

#include "cli/data/scan.h"
#include "cli/eval/set.h"

#include <stdbool.h>

struct judge_options {
    const char *folder; // of the data set; its cache is FOLDER/classifier.safetensors
    bool again;         // train even if the cache is of this training set
    uint64_t seed;      // when it is trained
    uint32_t steps;     // 0: the usual number
};

// Gives the classifier for a training set: the cached one if it was trained on these very clips, else a new
// one, which is then cached; a folder that cannot be written costs a warning. NULL with an error. The
// caller destroys it.
struct classifier *judge_open(struct op_library *library, const struct eval_set *training,
                              const struct judge_options *options, struct cli_error *error);

// Trains and caches the classifier of a data set and prints what part of the validation clips it takes for
// what they are: `mograph train --preset classifier`.
bool judge_train(struct op_library *library, const struct data_set *set, const struct judge_options *options,
                 struct cli_error *error);

#endif
