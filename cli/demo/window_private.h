// What the files of the window share.
#ifndef MOGRAPH_CLI_DEMO_WINDOW_PRIVATE_H
#define MOGRAPH_CLI_DEMO_WINDOW_PRIVATE_H

#include "cli/demo/overlay.h"
#include "cli/demo/view.h"

#include <SDL.h>

enum { PANEL_TEXT = 2048 };

// A panel of text as the window has it; drawn anew when its text or its room changes.
struct panel {
    char text[PANEL_TEXT];
    uint32_t size, height, width; // what it was drawn for
    struct overlay overlay;
    SDL_Texture *texture;
};

struct demo_view {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;   // of the picture
    uint32_t height, width; // of the picture
    bool smooth, has_icon;
    bool dragging;        // the mouse holds the map
    uint32_t mouse_moved; // when, in SDL's milliseconds
    struct panel help, status, message;
};

// Where the picture is in the window, in the units of `width` and `height` that the window has.
SDL_Rect window_place(const struct demo_view *view, int width, int height);
bool window_is_full_screen(const struct demo_view *view);

// Draws `text` as a panel into the renderer, whose size is given, with letters of up to `letters` pixels of
// the font. `across` and `down` say where it lies in the room that is left over: 0 at the left or the top, 1
// at the right or the bottom.
bool panel_show(struct panel *panel, SDL_Renderer *renderer, const char *text, int letters, SDL_Point size,
                double across, double down);
// Forgets what the renderer holds.
void panel_forget(struct panel *panel);
void panel_finish(struct panel *panel);

// What happened in the window: demo_view_ops.poll.
int window_poll(struct demo_view *view, double seconds, struct demo_event *events, int capacity);

// Starts SDL's video, once; from then on a display that goes away ends the program with a line.
bool window_system_begin(struct cli_error *error);
void window_system_end(void);

#endif
