// Timing whole steps of training on a device.
#ifndef MOGRAPH_CLI_BENCH_BENCH_TRAIN_H
#define MOGRAPH_CLI_BENCH_BENCH_TRAIN_H

#include "cli/bench/bench.h"
#include "cli/train/data.h"
#include "model/train/trainer.h"
#include "runtime/stream.h"

struct bench_train {
    // What is timed. The run is as long as it has to be, whatever options.epochs says.
    struct vae_config model;
    struct trainer_options options;
    struct train_data *data; // NULL: a few clips made in memory
    uint32_t steps;          // 1 to BENCH_MAX_REPEAT
    bool profiled;           // whether one more step is profiled
    // What came of it.
    double median_ms, best_ms, worst_ms; // of a step, by the clock
    double waited_ms;                    // of it, the mean, for clips that were not there in time
    double flops;                        // of a step, the model's own: the adversary's are not counted
    struct trainer_memory memory;
    struct rt_profile_row *records; // of one more step, in order; NULL: none, or the device has no timestamps
    uint32_t record_count;
    struct bench_peaks peaks; // where there are records
};

// Times `steps` steps, then profiles one of a second trainer: its barriers would slow the timed ones down.
// The caller frees `records`.
bool bench_train(struct cli_device *device, struct bench_train *bench, struct cli_error *error);

// All records of one name.
struct bench_kernel {
    const char *name;
    uint32_t calls;
    double ns, flops, bytes;
    double roof_ns; // what they would take at the roof, each for itself
};

// Sums records up by name into kernels[count], those that took longest first; how many names there are.
uint32_t bench_kernels_of(const struct bench_train *bench, struct bench_kernel *kernels);
// All of them as one.
struct bench_kernel bench_kernels_sum(const struct bench_kernel *kernels, uint32_t count);

#endif
