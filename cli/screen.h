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
// Text over a picture, from the left edge; what does not fit is cut.
struct screen_line {
    uint32_t row; // from 0; what is behind the last row is left out
    const char *text;
};
// Draws rgb [height][width][3] in the middle, and `count` lines over it; needs width <= columns and
// height <= 2 rows.
bool screen_draw(struct screen *screen, const uint8_t *rgb, uint32_t height, uint32_t width,
                 const struct screen_line *lines, uint32_t count);
// Clears everything: where lines were that are no more.
void screen_clear(struct screen *screen);

// Keys that are no characters, behind all of Unicode.
enum {
    SCREEN_KEY_CTRL_D = 4,
    SCREEN_KEY_ESCAPE = 27,
    SCREEN_KEY_UP = 0x110000,
    SCREEN_KEY_DOWN,
    SCREEN_KEY_LEFT,
    SCREEN_KEY_RIGHT,
    SCREEN_KEY_OTHER,
    SCREEN_KEY_CLOSED, // the terminal is gone
};
// Waits for a key, at most that long: its character or SCREEN_KEY_*, 0 for none. Returns early on a signal.
int screen_key(struct screen *screen, double seconds);
// Waits; true when the user pressed q, Escape or Ctrl-D meanwhile. Returns early on a signal.
bool screen_wait(struct screen *screen, double seconds);

#endif
