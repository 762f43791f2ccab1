// The show: pictures on time in a view, keys to the instrument, what is saved to files.
#ifndef MOGRAPH_CLI_DEMO_SHOW_H
#define MOGRAPH_CLI_DEMO_SHOW_H

#include "cli/demo/player.h"
#include "cli/demo/view.h"
#include "cli/generate/work.h"

struct show_options {
    const struct demo_view_ops *view;
    struct demo_view_options view_options;
    uint64_t seed;
    double fps, seconds; // seconds 0: until it is ended
    int save_format;     // of SHOW_FORMATS, from 0
    bool stats;          // print figures at the end
    bool status;         // show the line of figures
};

#define SHOW_FORMATS "gif|webp|mp4"

// Plays until somebody ends it. `work` has begun; its device, which there is, is the player's. With a signal
// the error asks for 128 + its number.
bool show_run(struct work *work, const struct show_options *options, struct cli_error *error);

#endif
