// The window system behind SDL: whether there is one, its displays, and what happens when it goes away.
#include "cli/demo/system_function.h"
#include "cli/demo/window_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libX11 ends the program when its server is gone; this at least says so. Other threads may be at work on a
// device, so nothing is torn down under them.
static int display_gone(void *display) {
    (void)display;
    fflush(stdout);
    fputs("mograph-demo: the display went away, and the window with it\n", stderr);
    _Exit(CLI_FAILED);
}

// A request that the server refuses, such as an answer to another program's window that is gone by now:
// libX11 would end the program for it.
static int request_refused(void *display, void *event) {
    (void)display;
    (void)event;
    return 0;
}

static void watch_x11(void) {
    const char *driver = SDL_GetCurrentVideoDriver();
    void (*set_gone)(int (*handler)(void *display));
    void (*set_refused)(int (*handler)(void *display, void *event));
    if (driver == NULL || strcmp(driver, "x11") != 0)
        return;
    if (system_function("libX11.so.6", "XSetIOErrorHandler", &set_gone))
        set_gone(display_gone);
    if (system_function("libX11.so.6", "XSetErrorHandler", &set_refused))
        set_refused(request_refused);
}

// What SDL falls back to shows nothing to anyone: that is for those who ask for it.
static bool is_seen(void) {
    const char *driver = SDL_GetCurrentVideoDriver();
    return SDL_getenv("SDL_VIDEODRIVER") != NULL ||
           (driver != NULL && strcmp(driver, "offscreen") != 0 && strcmp(driver, "dummy") != 0 &&
            strcmp(driver, "evdev") != 0);
}

// Whether there is something to ask. SDL would also take a whole console over, where the terminal does as
// well.
static bool has_display(void) {
#if defined(_WIN32) || defined(__APPLE__)
    return true;
#else
    bool x11 = SDL_getenv("DISPLAY") != NULL, wayland = SDL_getenv("WAYLAND_DISPLAY") != NULL;
    if (x11 && !wayland)
        SDL_SetHint("SDL_VIDEODRIVER", "x11"); // libwayland writes a line of its own where there is none
    return x11 || wayland || SDL_getenv("SDL_VIDEODRIVER") != NULL;
#endif
}

bool window_system_begin(struct cli_error *error) {
    if (SDL_WasInit(SDL_INIT_VIDEO) != 0)
        return true;
    SDL_SetMainReady();
    SDL_LogSetAllPriority(SDL_NUM_LOG_PRIORITIES); // it logs nothing: what fails is said here
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // they are caught already
    SDL_SetHint("SDL_APP_NAME", "mograph");        // by its name: it is younger than some SDL
    if (!has_display())
        return cli_fail(error, NULL, "there is no window system: neither DISPLAY nor WAYLAND_DISPLAY is set");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return cli_fail(error, NULL, "there is no window system: %s", SDL_GetError());
    if (!is_seen()) {
        window_system_end();
        return cli_fail(error, NULL, "there is no window system that can be reached");
    }
    watch_x11();
    return true;
}

void window_system_end(void) {
    if (SDL_WasInit(SDL_INIT_VIDEO) != 0)
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

bool window_view_possible(void) {
    struct cli_error ignored = {0};
    return window_system_begin(&ignored);
}

static void print_screen(int i) {
    SDL_Rect bounds = {0};
    SDL_DisplayMode mode = {0};
    const char *name = SDL_GetDisplayName(i);
    SDL_GetDisplayBounds(i, &bounds);
    SDL_GetDesktopDisplayMode(i, &mode);
    printf("%d  %s\n", i, name != NULL ? name : "without a name");
    printf("   %-10s %dx%d\n", "size", bounds.w, bounds.h);
    if (mode.refresh_rate > 0)
        printf("   %-10s %d Hz\n", "refresh", mode.refresh_rate);
}

bool window_print_screens(struct cli_error *error) {
    if (!window_system_begin(error))
        return false;
    int count = SDL_GetNumVideoDisplays();
    for (int i = 0; i < count; i++)
        print_screen(i);
    window_system_end();
    return count > 0 || cli_fail(error, NULL, "there are no screens: %s", SDL_GetError());
}
