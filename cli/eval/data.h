// The real clips of an evaluation: all of the training part, and as many of each kind from either part.
#ifndef MOGRAPH_CLI_EVAL_DATA_H
#define MOGRAPH_CLI_EVAL_DATA_H

#include "cli/eval/figures.h"
#include "cli/train/clips.h"
#include "model/metrics/reconstruction.h"

struct eval_data {
    struct data_set set;
    struct train_clips train, val;
    uint32_t d, h, w;
    uint32_t n; // of each kind, in what is compared
    // Measured by eval_data_measure.
    struct eval_set training;          // all of it, in the order of train.source
    struct eval_set reference;         // n of each kind of it
    struct eval_set real;              // n of each kind of the validation part
    struct eval_set shuffled, blurred; // the same, made worse
    uint32_t *picked;                  // [kinds n] which validation clips those are, in val.source, ascending
    struct reconstruction black;       // a black clip taken for each of the validation clips
};

enum { EVAL_MOST = 30 }; // clips of each kind when nobody asks for another number

// Lists the clips of DIR/train and DIR/val. n 0: as many of each kind as both parts have, at most EVAL_MOST.
// Refuses no clips, one kind only, no validation clips, n larger than there are. Destroy it in either case.
bool eval_data_open(struct eval_data *data, const char *folder, uint32_t n, struct cli_error *error);
void eval_data_destroy(struct eval_data *data);

// Reads one clip of a part.
bool eval_clip_read(const struct clip_source *source, uint32_t clip, uint8_t *rgb, struct cli_error *error);

// Reads and measures everything but features.
bool eval_data_measure(struct eval_data *data, uint64_t seed, struct cli_error *error);

// Features of everything, and which training clips the reference is.
bool eval_data_classify(struct eval_data *data, struct classifier *classifier, struct cli_error *error);

#endif
