// What shows the demo: a window, or the terminal. A view shows pictures and turns keys into events; it knows
// neither the instrument nor the model.
#ifndef MOGRAPH_CLI_DEMO_VIEW_H
#define MOGRAPH_CLI_DEMO_VIEW_H

#include "cli/demo/action.h"
#include "cli/error.h"

#include <stdint.h>

struct demo_view; // each kind of view has its own

struct demo_view_options {
    uint32_t height, width; // of the pictures
    bool full_screen;
    int screen;  // which display, from 0, as --screens lists them
    bool on_cpu; // the processor decodes: it shall not have to compute OpenGL as well
};

// One picture, and what stands over it.
struct demo_picture {
    const uint8_t *rgb; // [height][width][3]; NULL: there is none yet, show that it is coming
    uint32_t height, width;
    const char *status;  // a line at the bottom; NULL: none
    const char *message; // what was just done, "saved x.gif"; NULL: none
    bool help;           // the table of keys
    bool map;            // the map of z with the point at map_x, map_y, 0 to 1
    double map_x, map_y;
};

struct demo_view_ops {
    const char *name; // "window"
    // Opens it; the caller ends it when that succeeded, whatever happens between.
    bool (*begin)(struct demo_view **view, const struct demo_view_options *options, struct cli_error *error);
    bool (*show)(struct demo_view *view, const struct demo_picture *picture, struct cli_error *error);
    // Waits at most `seconds`, less when something comes; returns how many events it wrote. Full screen and
    // scaling it does itself, and reports them nevertheless.
    int (*poll)(struct demo_view *view, double seconds, struct demo_event *events, int capacity);
    void (*end)(struct demo_view **view);
};

extern const struct demo_view_ops terminal_view;
// NULL in a program without SDL.
const struct demo_view_ops *window_view(void);
// Whether there is a window system to open a window on.
bool window_view_possible(void);
// Prints the displays to stdout, a line each: --screens.
bool window_print_screens(struct cli_error *error);

#endif
