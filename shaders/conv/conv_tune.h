// Which shape of a convolution's kernel is the fastest on this device: timed at first use, kept on disk
// beside the pipeline cache. The shapes to choose from give the same bits (conv_tiling_tile.h), so that
// nothing but time depends on it.
#ifndef MOGRAPH_SHADERS_CONV_CONV_TUNE_H
#define MOGRAPH_SHADERS_CONV_CONV_TUNE_H

#include "shaders/op_launch.h"

struct conv_tuning;

// Turns tuning on for a library on a GPU whose kernels are tile's, and reads what is kept; does nothing
// elsewhere. A CPU device is left out: its time goes to family lane, and its timings follow what else runs
// on the machine.
// Without memory it stays off. op_library_destroy writes what was learnt.
void conv_tuning_start(struct op_library *library);
void conv_tuning_end(struct op_library *library);

// For tests: on any device and of a convolution of any size; a choice that is taken without timing
// (CONV_TIMED: the fastest again); how many were timed since the start.
enum { CONV_TIMED = -1 };
void conv_tuning_start_always(struct op_library *library);
void conv_tuning_force(struct op_library *library, int choice);
uint32_t conv_tuning_timed(const struct op_library *library);

enum { CONV_TRIAL_BUFFERS = 3 };

struct conv_trial {
    uint32_t choices;
    uint64_t bytes[CONV_TRIAL_BUFFERS]; // of the buffers that `run` works on
    // Tells what `choice` launches, and records it unless the recorder's stream is NULL.
    void (*run)(struct op_recorder *recorder, const void *user, uint32_t choice,
                const struct rt_buffer *scratch, struct op_launch *launch);
    const void *user;
};

// The choice to take: what is kept, or what is timed now; 0 without tuning.
uint32_t conv_tuned(struct op_library *library, const struct conv_trial *trial);

#endif
