// Where the picture is in its window.
#include "cli/demo/window_private.h"

SDL_Rect window_place(const struct demo_view *view, int width, int height) {
    double across = (double)width / view->width, down = (double)height / view->height;
    double factor = across < down ? across : down;
    if (!view->smooth && factor >= 1)
        factor = (int)factor;
    int w = (int)(view->width * factor + 0.5), h = (int)(view->height * factor + 0.5);
    w = w < 1 ? 1 : w;
    h = h < 1 ? 1 : h;
    return (SDL_Rect){(width - w) / 2, (height - h) / 2, w, h};
}

bool window_is_full_screen(const struct demo_view *view) {
    return (SDL_GetWindowFlags(view->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}
