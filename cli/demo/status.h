// What the demo says of itself: the line of figures, words for what was just done, figures at the end.
#ifndef MOGRAPH_CLI_DEMO_STATUS_H
#define MOGRAPH_CLI_DEMO_STATUS_H

#include "cli/demo/pace.h"
#include "cli/demo/player.h"
#include "cli/demo/sound.h"
#include "cli/generate/kinds.h"

enum { STATUS_TEXT = 256 };

struct status {
    const char *device, *view;
    const struct kinds *kinds;
    const struct player_figures *figures;
    const struct pace *pace;
    enum sound_source source;
    double seconds, first_picture; // of the show; from the program's start to it
};

// "llvmpipe  412 ms a clip  25.0 shown 2.4 decoded a second  burst > fountain t 0.31".
void status_line(const struct status *status, char *text, size_t size);
// What an event has done to the player: "speed 1.25"; "" where that is seen.
void status_message(struct player *player, const struct kinds *kinds, const struct demo_event *event,
                    char *text, size_t size);
// All figures as JSON on stdout.
bool status_print(const struct status *status, struct cli_error *error);

#endif
