// The demo without anybody to watch: the instrument left to itself, into a file.
#ifndef MOGRAPH_CLI_DEMO_RECORD_H
#define MOGRAPH_CLI_DEMO_RECORD_H

#include "cli/demo/player.h"
#include "cli/media/clip.h"

// Plays `frames` frames with a clock of their own: each is decoded from its own point, and is what a player
// would show at its moment. The caller owns *out. `step` is asked after every frame whether to go on.
struct record {
    struct player_decoder decoder;
    double fps;
    uint64_t seed;
    uint32_t frames;
    bool (*step)(void *user, uint32_t done, struct cli_error *error);
    void *user;
};
bool record_play(const struct record *record, struct clip *out, struct cli_error *error);

#endif
