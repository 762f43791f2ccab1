// What a player of the demo can do, and the one table of keys for it: both views translate keys by it, and
// the help is drawn from it.
#ifndef MOGRAPH_CLI_DEMO_ACTION_H
#define MOGRAPH_CLI_DEMO_ACTION_H

#include <stdbool.h>

enum demo_action {
    DEMO_NONE,
    DEMO_KIND, // `number`: which kind, from 0
    DEMO_NEW_Z,
    DEMO_FASTER,
    DEMO_SLOWER,
    DEMO_WARMER, // more temperature
    DEMO_COOLER,
    DEMO_INTERPOLATION, // lerp or slerp
    DEMO_TAP,           // a beat, now
    DEMO_LISTEN,        // what to listen to; the instrument is told in `number`, 0: nothing
    DEMO_SAVE,          // the last seconds to a file
    DEMO_SAVE_FORMAT,   // which kind of file
    DEMO_FULL_SCREEN,   // a window's own affair, like the next one
    DEMO_SCALING,       // whole numbers or smoothly
    DEMO_STATUS,
    DEMO_HELP,
    DEMO_QUIT,
    DEMO_DRAG, // `x` and `y` on the map of z, 0 to 1
    DEMO_DROP, // the mouse lets go
};

struct demo_event {
    enum demo_action action;
    int number;
    double x, y;
};

// Keys that are no characters, behind all of Unicode.
enum {
    DEMO_KEY_ESCAPE = 27,
    DEMO_KEY_UP = 0x110000,
    DEMO_KEY_DOWN,
    DEMO_KEY_LEFT,
    DEMO_KEY_RIGHT,
};

struct demo_key {
    enum demo_action action;
    int keys[3];      // characters in lower case or DEMO_KEY_*; 0: none
    const char *text; // what help calls them: "space"
    const char *help; // "a new z"
};

// In the order of help. Kinds 1 to 9 are one row, whose key is '1'; the mouse is one without a key.
extern const struct demo_key demo_keys[];
extern const int demo_key_count;

// What a character (of either case) or a DEMO_KEY_* asks for; false: nothing.
bool demo_action_of_key(int key, struct demo_event *event);

#endif
