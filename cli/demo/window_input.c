// What keys and the mouse do in a window, as events of the demo.
#include "cli/demo/window_private.h"

#include <math.h>

// What a key of the keyboard is in the demo's table; 0: nothing.
static int key_of(const SDL_Keysym *key) {
    switch (key->sym) {
    case SDLK_UP:
        return DEMO_KEY_UP;
    case SDLK_DOWN:
        return DEMO_KEY_DOWN;
    case SDLK_LEFT:
        return DEMO_KEY_LEFT;
    case SDLK_RIGHT:
        return DEMO_KEY_RIGHT;
    default:
        break;
    }
    // Digits by where they are: some layouts have them behind the shift key.
    if (key->scancode >= SDL_SCANCODE_1 && key->scancode <= SDL_SCANCODE_9)
        return '1' + (int)(key->scancode - SDL_SCANCODE_1);
    if (key->scancode >= SDL_SCANCODE_KP_1 && key->scancode <= SDL_SCANCODE_KP_9)
        return '1' + (int)(key->scancode - SDL_SCANCODE_KP_1);
    bool question = key->sym == SDLK_SLASH && (key->mod & KMOD_SHIFT) != 0;
    return question ? '?' : key->sym > 0 && key->sym < 128 ? (int)key->sym : 0;
}

static void toggle_full_screen(struct demo_view *view) {
    // One that cannot be had is a window that stays as it is.
    SDL_SetWindowFullscreen(view->window, window_is_full_screen(view) ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
    view->mouse_moved = SDL_GetTicks();
}

static bool key_pressed(struct demo_view *view, const SDL_KeyboardEvent *key, struct demo_event *event) {
    bool alt = (key->keysym.mod & KMOD_ALT) != 0;
    int code = key_of(&key->keysym);
    if (alt && key->keysym.sym == SDLK_RETURN) // as players have it
        *event = (struct demo_event){.action = DEMO_FULL_SCREEN};
    else if ((key->keysym.mod & (KMOD_CTRL | KMOD_GUI)) != 0 || alt || !demo_action_of_key(code, event))
        return false;
    if (key->repeat != 0 && code < DEMO_KEY_UP) // held: only arrows go on
        return false;
    if (code == DEMO_KEY_ESCAPE && window_is_full_screen(view)) // out of full screen first
        event->action = DEMO_FULL_SCREEN;
    if (event->action == DEMO_FULL_SCREEN)
        toggle_full_screen(view);
    if (event->action == DEMO_SCALING)
        view->smooth = !view->smooth;
    return true;
}

static double clamp(double value) {
    return fmin(fmax(value, 0), 1);
}

// Where on the picture, and so on the map of z, a place of the window is.
static bool drag(const struct demo_view *view, int x, int y, struct demo_event *event) {
    int width, height;
    SDL_GetWindowSize(view->window, &width, &height);
    SDL_Rect area = window_place(view, width, height);
    *event = (struct demo_event){.action = DEMO_DRAG,
                                 .x = clamp((double)(x - area.x) / area.w),
                                 .y = clamp((double)(y - area.y) / area.h)};
    return true;
}

static bool hold(struct demo_view *view, bool holds) {
    bool held = view->dragging;
    view->dragging = holds;
    SDL_CaptureMouse(holds ? SDL_TRUE : SDL_FALSE); // goes on outside of the window, where that can be had
    return held;
}

static bool drop(struct demo_view *view, struct demo_event *event) {
    *event = (struct demo_event){.action = DEMO_DROP};
    return hold(view, false);
}

// Textures are gone with what had them.
static void forget(struct demo_view *view) {
    panel_forget(&view->help);
    panel_forget(&view->status);
    panel_forget(&view->message);
    if (view->texture != NULL)
        SDL_DestroyTexture(view->texture);
    view->texture = NULL;
}

// True: `sdl` is an event of the demo's.
static bool translate(struct demo_view *view, const SDL_Event *sdl, struct demo_event *event) {
    switch (sdl->type) {
    case SDL_QUIT:
        *event = (struct demo_event){.action = DEMO_QUIT};
        return true;
    case SDL_KEYDOWN:
        return key_pressed(view, &sdl->key, event);
    case SDL_MOUSEBUTTONDOWN:
        if (sdl->button.button != SDL_BUTTON_LEFT)
            return false;
        hold(view, true);
        return drag(view, sdl->button.x, sdl->button.y, event);
    case SDL_MOUSEBUTTONUP:
        return sdl->button.button == SDL_BUTTON_LEFT && drop(view, event);
    case SDL_MOUSEMOTION:
        view->mouse_moved = SDL_GetTicks();
        return view->dragging && drag(view, sdl->motion.x, sdl->motion.y, event);
    case SDL_WINDOWEVENT:
        return sdl->window.event == SDL_WINDOWEVENT_FOCUS_LOST && view->dragging && drop(view, event);
    case SDL_RENDER_DEVICE_RESET:
        forget(view);
        return false;
    default:
        return false;
    }
}

int window_poll(struct demo_view *view, double seconds, struct demo_event *events, int capacity) {
    int count = 0, wait = seconds > 0 ? (int)(fmin(seconds, 3600) * 1000 + 0.5) : 0;
    SDL_Event sdl;
    bool more = wait > 0 ? SDL_WaitEventTimeout(&sdl, wait) != 0 : SDL_PollEvent(&sdl) != 0;
    while (more) {
        struct demo_event event;
        if (translate(view, &sdl, &event)) {
            bool moves = event.action == DEMO_DRAG && count > 0 && events[count - 1].action == DEMO_DRAG;
            events[moves ? count - 1 : count++] = event; // of a movement only where it ends
        }
        more = count < capacity && SDL_PollEvent(&sdl) != 0;
    }
    return count;
}
