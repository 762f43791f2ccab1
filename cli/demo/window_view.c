// The window: the picture, scaled, and what stands over it.
#include "cli/demo/window_private.h"

#if defined(_WIN32)
#define SDL_GL_CALL __stdcall
#else
#define SDL_GL_CALL
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- opening and closing

static void end(struct demo_view **view) {
    struct demo_view *v = *view;
    if (v == NULL)
        return;
    panel_finish(&v->help);
    panel_finish(&v->status);
    panel_finish(&v->message);
    if (v->texture != NULL)
        SDL_DestroyTexture(v->texture);
    if (v->renderer != NULL)
        SDL_DestroyRenderer(v->renderer);
    if (v->window != NULL)
        SDL_DestroyWindow(v->window);
    window_system_end();
    free(v);
    *view = NULL;
}

// The largest whole multiple of the picture that covers no more than three quarters of the display's height.
static int first_factor(const struct demo_view_options *options) {
    SDL_Rect room = {0, 0, 640, 480};
    SDL_GetDisplayUsableBounds(options->screen, &room);
    int down = room.h * 3 / 4 / (int)options->height, across = room.w * 3 / 4 / (int)options->width;
    int factor = down < across ? down : across;
    return factor < 1 ? 1 : factor > 8 ? 8 : factor;
}

// Mesa's OpenGL for the processor. Beside its Vulkan for the processor it has crashed in the LLVM that both
// load, and SDL draws there as fast by itself. The environment's SDL_RENDER_DRIVER has the last word.
static bool draws_by_mesa_in_software(SDL_Renderer *renderer) {
    enum { GL_RENDERER_NAME = 0x1f01 }; // GL_RENDERER
    SDL_RendererInfo info;
    if (SDL_getenv("SDL_RENDER_DRIVER") != NULL || SDL_GetRendererInfo(renderer, &info) != 0 ||
        strncmp(info.name, "opengl", strlen("opengl")) != 0)
        return false;
    const unsigned char *(SDL_GL_CALL * get_string)(unsigned int name);
    void *address = SDL_GL_GetProcAddress("glGetString");
    if (address == NULL)
        return false;
    memcpy(&get_string, &address, sizeof address);
    const char *name = (const char *)get_string(GL_RENDERER_NAME);
    return name != NULL && (strstr(name, "llvmpipe") != NULL || strstr(name, "softpipe") != NULL);
}

static void draw_in_software(void) {
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
}

static bool open_window(struct demo_view *view, const struct demo_view_options *options) {
    int factor = first_factor(options),
        place = (int)SDL_WINDOWPOS_CENTERED_DISPLAY((unsigned)options->screen);
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (options->full_screen)
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    view->window = SDL_CreateWindow("mograph", place, place, (int)options->width * factor,
                                    (int)options->height * factor, flags);
    if (view->window == NULL)
        return false;
    if (options->on_cpu)
        draw_in_software();
    // SDL's first choice that works here; what waits for a display's retrace would keep another time than
    // ours.
    view->renderer = SDL_CreateRenderer(view->window, -1, 0);
    if (view->renderer != NULL && draws_by_mesa_in_software(view->renderer)) {
        SDL_DestroyRenderer(view->renderer);
        draw_in_software();
        view->renderer = SDL_CreateRenderer(view->window, -1, 0);
    }
    return view->renderer != NULL && SDL_SetRenderDrawBlendMode(view->renderer, SDL_BLENDMODE_BLEND) == 0;
}

static bool begin(struct demo_view **view, const struct demo_view_options *options, struct cli_error *error) {
    *view = NULL;
    if (!window_system_begin(error))
        return false;
    int screens = SDL_GetNumVideoDisplays();
    if (options->screen < 0 || options->screen >= screens) {
        window_system_end();
        return cli_usage(error, "there is no screen %d: --screens lists %d", options->screen, screens);
    }
    struct demo_view *v = calloc(1, sizeof *v);
    if (v == NULL) {
        window_system_end();
        return cli_no_memory(error, "the window");
    }
    *view = v;
    v->height = options->height;
    v->width = options->width;
    if (open_window(v, options))
        return true;
    cli_fail(error, NULL, "a window cannot be opened: %s", SDL_GetError());
    end(view);
    return false;
}

// --- showing

// Streams the picture into its texture, which is made again after the renderer lost it.
static bool load(struct demo_view *view, const uint8_t *rgb) {
    if (view->texture == NULL)
        view->texture = SDL_CreateTexture(view->renderer, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING,
                                          (int)view->width, (int)view->height);
    return view->texture != NULL &&
           SDL_SetTextureScaleMode(view->texture,
                                   view->smooth ? SDL_ScaleModeLinear : SDL_ScaleModeNearest) == 0 &&
           SDL_UpdateTexture(view->texture, NULL, rgb, (int)view->width * 3) == 0;
}

static void set_icon(struct demo_view *view, const uint8_t *rgb) {
    if (view->has_icon)
        return;
    view->has_icon = true; // a window without one will do
    int height = (int)view->height, width = (int)view->width;
    SDL_Surface *icon = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    if (icon != NULL && SDL_ConvertPixels(width, height, SDL_PIXELFORMAT_RGB24, rgb, width * 3,
                                          icon->format->format, icon->pixels, icon->pitch) == 0)
        SDL_SetWindowIcon(view->window, icon);
    SDL_FreeSurface(icon); // NULL is allowed
}

// A faint grid, and where on it the point is.
static void show_map(const struct demo_view *view, const SDL_Rect *area, double x, double y) {
    enum { CELLS = 8 };
    SDL_Renderer *renderer = view->renderer;
    int thick = area->h / 256 + 1, size = area->h / 40 + 2;
    SDL_SetRenderDrawColor(renderer, 255, 255, 255, 36);
    for (int i = 1; i < CELLS; i++) {
        SDL_RenderFillRect(renderer, &(SDL_Rect){area->x + area->w * i / CELLS, area->y, thick, area->h});
        SDL_RenderFillRect(renderer, &(SDL_Rect){area->x, area->y + area->h * i / CELLS, area->w, thick});
    }
    int at_x = area->x + (int)(x * area->w), at_y = area->y + (int)(y * area->h);
    SDL_SetRenderDrawColor(renderer, 255, 255, 255, 90);
    SDL_RenderFillRect(renderer, &(SDL_Rect){at_x, area->y, thick, area->h});
    SDL_RenderFillRect(renderer, &(SDL_Rect){area->x, at_y, area->w, thick});
    SDL_SetRenderDrawColor(renderer, 255, 255, 255, 200);
    SDL_RenderFillRect(renderer, &(SDL_Rect){at_x - size / 2, at_y - size / 2, size, size});
}

static void write_help(char text[PANEL_TEXT]) {
    size_t at = 0;
    for (int i = 0; i < demo_key_count && at < PANEL_TEXT; i++)
        at += (size_t)snprintf(text + at, PANEL_TEXT - at, "%s%s\t%s", i > 0 ? "\n" : "", demo_keys[i].text,
                               demo_keys[i].help);
}

// The help stands alone: in a small window there is no room for more.
static bool show_panels(struct demo_view *view, const struct demo_picture *picture, SDL_Point size) {
    int large = (size.y + 60) / 220, small = (size.y + 60) / 330; // letters
    if (picture->help) {
        char help[PANEL_TEXT];
        write_help(help);
        return panel_show(&view->help, view->renderer, help, large, size, 0.5, 0.5);
    }
    const char *message = picture->message;
    if (message == NULL && picture->rgb == NULL)
        message = "one moment ...";
    return (message == NULL || panel_show(&view->message, view->renderer, message, large, size, 0.5, 0)) &&
           (picture->status == NULL ||
            panel_show(&view->status, view->renderer, picture->status, small, size, 0, 1));
}

// In full screen the pointer hides when it has been still for a moment.
static void show_pointer(const struct demo_view *view) {
    bool hidden = window_is_full_screen(view) && !view->dragging && SDL_GetTicks() - view->mouse_moved > 2000;
    SDL_ShowCursor(hidden ? SDL_DISABLE : SDL_ENABLE);
}

static bool draw(struct demo_view *view, const struct demo_picture *picture) {
    SDL_Point size;
    if (SDL_GetRendererOutputSize(view->renderer, &size.x, &size.y) != 0 ||
        SDL_SetRenderDrawColor(view->renderer, 0, 0, 0, 255) != 0 || SDL_RenderClear(view->renderer) != 0)
        return false;
    SDL_Rect area = window_place(view, size.x, size.y);
    if (picture->rgb != NULL &&
        (!load(view, picture->rgb) || SDL_RenderCopy(view->renderer, view->texture, NULL, &area) != 0))
        return false;
    if (picture->map)
        show_map(view, &area, picture->map_x, picture->map_y);
    if (!show_panels(view, picture, size))
        return false;
    SDL_RenderPresent(view->renderer);
    return true;
}

static bool show(struct demo_view *view, const struct demo_picture *picture, struct cli_error *error) {
    if (picture->height != view->height || picture->width != view->width)
        return cli_fail(error, NULL, "the window was opened for pictures of another size");
    if (picture->rgb != NULL)
        set_icon(view, picture->rgb);
    show_pointer(view);
    return draw(view, picture) || cli_fail(error, NULL, "the window cannot be drawn: %s", SDL_GetError());
}

static const struct demo_view_ops ops = {
    .name = "window", .begin = begin, .show = show, .poll = window_poll, .end = end};

const struct demo_view_ops *window_view(void) {
    return &ops;
}
