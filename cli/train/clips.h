// The clips of a data set as the trainer wants them: one part, decoded on demand, all of one size.
#ifndef MOGRAPH_CLI_TRAIN_CLIPS_H
#define MOGRAPH_CLI_TRAIN_CLIPS_H

#include "cli/data/scan.h"
#include "model/clips/clip_store.h"

struct train_clips {
    const struct data_set *set;
    uint32_t *index;   // [count] into set->clips
    uint32_t *classes; // [count]
    struct clip_source source;
};

// The training clips of a set (val: the validation clips; none gives a count of 0) for models of frames x
// height x width. The set must outlive it; nothing is opened yet. False when memory is out.
bool train_clips_init(struct train_clips *clips, const struct data_set *set, bool val, uint32_t frames,
                      uint32_t height, uint32_t width, struct cli_error *error);
void train_clips_destroy(struct train_clips *clips);

// Warns of kinds without training clips.
void train_clips_warn(const struct data_set *set);

// Decodes every clip once: what cannot be read, or has another size, is told before hours of work.
bool train_clips_check(const struct train_clips *clips, struct cli_error *error);

// Frames, height and width of the set's first clip.
bool train_clips_size(const struct data_set *set, uint32_t size[3], struct cli_error *error);

#endif
