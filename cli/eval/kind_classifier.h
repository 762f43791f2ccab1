// The classifier that figures are taken with: found in a file, or trained on the spot.
#ifndef MOGRAPH_CLI_EVAL_KIND_CLASSIFIER_H
#define MOGRAPH_CLI_EVAL_KIND_CLASSIFIER_H

#include "cli/eval/set.h"
#include "cli/media/paths.h"

// What is wanted of the file.
enum kind_classifier_use {
    KIND_CLASSIFIER_CACHE, // take it if it is of this training set, else train and keep it
    KIND_CLASSIFIER_READ,  // take it, and fail if it is not of this training set
    KIND_CLASSIFIER_WRITE, // train and keep, whatever is there
};

struct kind_classifier_options {
    const char *path;
    enum kind_classifier_use use;
    uint64_t seed;  // when it is trained
    uint32_t steps; // 0: the usual number
};

// A data set's own: DATA/classifier.safetensors.
bool kind_classifier_path(const char *data, char path[PATH_CAPACITY], struct cli_error *error);

// The classifier for a training set, which the caller destroys; NULL with an error.
struct classifier *kind_classifier_open(struct op_library *library, const struct eval_set *training,
                                        const struct kind_classifier_options *options,
                                        struct cli_error *error);

#endif
