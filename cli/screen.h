// The terminal as a picture: 24-bit half blocks, two pixels a character, on the alternate screen.
#ifndef MOGRAPH_CLI_SCREEN_H
#define MOGRAPH_CLI_SCREEN_H

#include "runtime/system/console.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen {
    uint32_t columns, rows; // in characters
    struct sys_keys keys;
    char *text; // one frame's worth of escape sequences
    size_t capacity;
};

// Takes the terminal on stdout over: alternate screen, no cursor, no echo. False when memory is short. Every
// successful call must be followed by screen_end, whatever happens between.
bool screen_begin(struct screen *screen);
// Gives the terminal back as it was.
void screen_end(struct screen *screen);

// Asks the terminal for its size; true when it differs from the last answer (and the screen is cleared then).
bool screen_resized(struct screen *screen);
// Draws rgb [height][width][3] in the middle; needs width <= columns and height <= 2 rows.
bool screen_draw(struct screen *screen, const uint8_t *rgb, uint32_t height, uint32_t width);
// Waits; true when the user pressed q, Escape or Ctrl-D meanwhile. Returns early on a signal.
bool screen_wait(struct screen *screen, double seconds);

#endif
