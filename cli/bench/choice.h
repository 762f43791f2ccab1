// What the options of `bench train` and `bench generate` choose: a model for clips of a size, and batches.
#ifndef MOGRAPH_CLI_BENCH_CHOICE_H
#define MOGRAPH_CLI_BENCH_CHOICE_H

#include "cli/options/options.h"
#include "model/net/vae_config.h"

// The preset; `size` of zeros is its own.
bool bench_choose_model(int preset, struct cli_size size, struct vae_config *model, struct cli_error *error);

enum { BENCH_BATCHES = 16, BENCH_BATCH_MAX = 1024 };
struct bench_batches {
    uint32_t count, at[BENCH_BATCHES];
};
// "8", or a list: "1,2,4,8".
bool bench_choose_batches(const char *text, struct bench_batches *batches, struct cli_error *error);

#endif
