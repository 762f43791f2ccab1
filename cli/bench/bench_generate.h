// Timing the making of clips from noise.
#ifndef MOGRAPH_CLI_BENCH_BENCH_GENERATE_H
#define MOGRAPH_CLI_BENCH_BENCH_GENERATE_H

#include "cli/bench/bench.h"
#include "model/net/vae_config.h"

struct bench_generate {
    // What is timed.
    struct vae_config model;
    uint32_t batch, repeat; // 1 to BENCH_MAX_REPEAT
    // What came of it, of a batch, by the clock: noise to the device, the clips' bytes back.
    double median_ms, best_ms, worst_ms;
    double flops, bytes; // the model's; memory on the device
};

// Times `repeat` batches made by weights as a training run starts with them: what a clip costs does not
// depend on what was learnt.
bool bench_generate(const struct cli_device *device, struct bench_generate *bench, struct cli_error *error);

#endif
