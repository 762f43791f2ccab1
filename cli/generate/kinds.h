// Kinds by name, as the weights at hand know them, and the lists that options are given in.
#ifndef MOGRAPH_CLI_GENERATE_KINDS_H
#define MOGRAPH_CLI_GENERATE_KINDS_H

#include "cli/error.h"

#include <stddef.h>
#include <stdint.h>

struct kinds {
    const char *const *names;
    uint32_t count;
};

// The kind's number, or UINT32_MAX.
uint32_t kinds_find(const struct kinds *kinds, const char *name, size_t length);
// Fails with what is wrong and the kinds there are: "there is no kind \"brust\"; did you mean burst? ...".
bool kinds_refuse(const struct kinds *kinds, const char *name, struct cli_error *error);
// The kind's number; fails like kinds_refuse when there is none of that name.
bool kinds_choose(const struct kinds *kinds, const char *name, uint32_t *kind, struct cli_error *error);
// "burst, fountain, vortex", cut where it does not fit.
void kinds_list(const struct kinds *kinds, char *text, size_t size);

// A whole number from 0 to 2^64 - 1 and nothing else; false without a message.
bool seed_parse(const char *text, size_t length, uint64_t *seed);

enum { SEEDS_MAX = 1024 };

// "1,4-9" into seeds[SEEDS_MAX]; a seed twice is refused, for files are named by them.
bool seeds_parse(const char *text, uint64_t *seeds, uint32_t *count, struct cli_error *error);

// "burst:0.3,vortex:0.7" into weights[kinds->count] that add up to 1.
bool mix_parse(const char *text, const struct kinds *kinds, float *weights, struct cli_error *error);

#endif
