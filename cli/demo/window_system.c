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

static void watch_x11(void) {
    const char *driver = SDL_GetCurrentVideoDriver();
    void (*set_handler)(int (*handler)(void *display));
    if (driver != NULL && strcmp(driver, "x11") == 0 &&
        system_function("libX11.so.6", "XSetIOErrorHandler", &set_handler))
        set_handler(display_gone);
}

bool window_system_begin(struct cli_error *error) {
    if (SDL_WasInit(SDL_INIT_VIDEO) != 0)
        return true;
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // they are caught already
    SDL_SetHint("SDL_APP_NAME", "mograph");        // by its name: it is younger than some SDL
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
        return cli_fail(error, NULL, "there is no window system: %s", SDL_GetError());
    watch_x11();
    return true;
}

void window_system_end(void) {
    if (SDL_WasInit(SDL_INIT_VIDEO) != 0)
        SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

bool window_view_possible(void) {
    struct cli_error ignored = {0};
#if !defined(_WIN32) && !defined(__APPLE__)
    // SDL would take the whole console over, where the terminal does as well.
    if (SDL_getenv("DISPLAY") == NULL && SDL_getenv("WAYLAND_DISPLAY") == NULL &&
        SDL_getenv("SDL_VIDEODRIVER") == NULL)
        return false;
#endif
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
