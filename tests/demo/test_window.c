// The window on SDL's own dummy display: every key and the mouse, scaling, full screen, help, screens.
#include "cli/demo/window_private.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 12, WIDTH = 16, WINDOW_HEIGHT = 70, WINDOW_WIDTH = 100, EVENTS = 8 };

static const struct demo_view_ops *ops;

static struct demo_view *open_view(void) {
    const struct demo_view_options options = {.height = HEIGHT, .width = WIDTH};
    struct demo_view *view;
    struct cli_error error = {0};
    if (!CHECK(ops->begin(&view, &options, &error))) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    SDL_SetWindowSize(view->window, WINDOW_WIDTH, WINDOW_HEIGHT);
    struct demo_event events[EVENTS];
    while (ops->poll(view, 0, events, EVENTS) > 0) // what opening brings
        continue;
    return view;
}

static void push_key(SDL_Keycode sym, SDL_Scancode scancode, int modifiers, int repeat) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.repeat = (Uint8)repeat;
    event.key.keysym = (SDL_Keysym){.sym = sym, .scancode = scancode, .mod = (Uint16)modifiers};
    SDL_PushEvent(&event);
}

// The number of events; the first of them.
static int poll_one(struct demo_view *view, struct demo_event *first) {
    struct demo_event events[EVENTS] = {{.action = DEMO_NONE}};
    int count = ops->poll(view, 0, events, EVENTS);
    *first = events[0];
    return count;
}

// The one event that a key brings; DEMO_NONE when there is none.
static struct demo_event press(struct demo_view *view, SDL_Keycode sym, int modifiers, int repeat) {
    struct demo_event event;
    push_key(sym, SDL_GetScancodeFromKey(sym), modifiers, repeat);
    CHECK(poll_one(view, &event) <= 1);
    return event;
}

static SDL_Keycode sdl_key(int key) {
    switch (key) {
    case DEMO_KEY_UP:
        return SDLK_UP;
    case DEMO_KEY_DOWN:
        return SDLK_DOWN;
    case DEMO_KEY_LEFT:
        return SDLK_LEFT;
    case DEMO_KEY_RIGHT:
        return SDLK_RIGHT;
    default:
        return key;
    }
}

// Every key of the table that a keyboard has brings its action, in either case.
static void test_keys(struct demo_view *view) {
    int tried = 0;
    for (int i = 0; i < demo_key_count; i++)
        for (int k = 0; k < 3 && demo_keys[i].keys[k] != 0; k++, tried++) {
            int key = demo_keys[i].keys[k];
            if (key == '?')
                continue; // shift and slash, below
            CHECK(press(view, sdl_key(key), 0, 0).action == demo_keys[i].action);
            CHECK(press(view, sdl_key(key), KMOD_LSHIFT, 0).action == demo_keys[i].action);
            CHECK(press(view, sdl_key(key), KMOD_LCTRL, 0).action == DEMO_NONE);
            CHECK(press(view, sdl_key(key), KMOD_LALT, 0).action == DEMO_NONE);
        }
    CHECK(tried >= demo_key_count - 1); // all but the mouse
    CHECK(press(view, SDLK_SLASH, KMOD_RSHIFT, 0).action == DEMO_HELP);
    CHECK(press(view, SDLK_SLASH, 0, 0).action == DEMO_NONE);
    CHECK(press(view, SDLK_F5, 0, 0).action == DEMO_NONE);
    CHECK(press(view, SDLK_z, 0, 0).action == DEMO_NONE);
}

static void test_digits(struct demo_view *view) {
    struct demo_event event;
    for (int i = 0; i < 9; i++) {
        event = press(view, SDLK_1 + i, 0, 0);
        CHECK(event.action == DEMO_KIND && event.number == i);
    }
    push_key(SDLK_AMPERSAND, SDL_SCANCODE_1, 0, 0); // as on French keyboards
    CHECK(poll_one(view, &event) == 1 && event.action == DEMO_KIND && event.number == 0);
    push_key(SDLK_KP_6, SDL_SCANCODE_KP_6, 0, 0);
    CHECK(poll_one(view, &event) == 1 && event.action == DEMO_KIND && event.number == 5);
}

// A key that is held goes on if it is an arrow; a beat is tapped once.
static void test_repeats(struct demo_view *view) {
    CHECK(press(view, SDLK_UP, 0, 1).action == DEMO_WARMER);
    CHECK(press(view, SDLK_t, 0, 1).action == DEMO_NONE);
    CHECK(press(view, SDLK_f, 0, 1).action == DEMO_NONE && !window_is_full_screen(view));
}

static void push_mouse(uint32_t type, int x, int y, uint8_t button) {
    SDL_Event event = {.type = type};
    if (type == SDL_MOUSEMOTION) {
        event.motion.x = x;
        event.motion.y = y;
    } else {
        event.button.x = x;
        event.button.y = y;
        event.button.button = button;
    }
    SDL_PushEvent(&event);
}

static bool near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

// The picture lies at (10, 5), 80 x 60 large.
static void test_mouse(struct demo_view *view) {
    struct demo_event events[EVENTS];
    push_mouse(SDL_MOUSEMOTION, 30, 30, 0); // nobody holds it
    push_mouse(SDL_MOUSEBUTTONDOWN, 30, 30, SDL_BUTTON_RIGHT);
    CHECK(ops->poll(view, 0, events, EVENTS) == 0);
    push_mouse(SDL_MOUSEBUTTONDOWN, 10 + 20, 5 + 45, SDL_BUTTON_LEFT);
    CHECK(ops->poll(view, 0, events, EVENTS) == 1 && events[0].action == DEMO_DRAG);
    CHECK(near(events[0].x, 0.25) && near(events[0].y, 0.75));
    for (int i = 0; i < 30; i++) // a movement is where it ends
        push_mouse(SDL_MOUSEMOTION, 10 + i, 5 + 30, 0);
    push_mouse(SDL_MOUSEMOTION, 10 + 80, 5 + 30, 0);
    CHECK(ops->poll(view, 0, events, EVENTS) == 1 && near(events[0].x, 1) && near(events[0].y, 0.5));
    push_mouse(SDL_MOUSEMOTION, 0, 69, 0); // beside the picture
    CHECK(ops->poll(view, 0, events, EVENTS) == 1 && near(events[0].x, 0) && near(events[0].y, 1));
    push_mouse(SDL_MOUSEBUTTONUP, 0, 69, SDL_BUTTON_LEFT);
    push_mouse(SDL_MOUSEMOTION, 40, 40, 0);
    CHECK(ops->poll(view, 0, events, EVENTS) == 1 && events[0].action == DEMO_DROP);
    push_mouse(SDL_MOUSEBUTTONDOWN, 40, 40, SDL_BUTTON_LEFT); // another window takes over
    SDL_Event away = {.type = SDL_WINDOWEVENT};
    away.window.event = SDL_WINDOWEVENT_FOCUS_LOST;
    SDL_PushEvent(&away);
    SDL_PushEvent(&away);
    CHECK(ops->poll(view, 0, events, EVENTS) == 2 && events[1].action == DEMO_DROP && !view->dragging);
}

// --- pictures

static uint32_t *pixels_of(const struct demo_view *view, int *height, int *width) {
    SDL_GetRendererOutputSize(view->renderer, width, height);
    uint32_t *pixels = calloc((size_t)*height * (size_t)*width, sizeof *pixels);
    CHECK(pixels != NULL && SDL_RenderReadPixels(view->renderer, NULL, SDL_PIXELFORMAT_ARGB8888, pixels,
                                                 *width * (int)sizeof *pixels) == 0);
    return pixels;
}

static struct demo_picture gray_picture(uint8_t rgb[HEIGHT * WIDTH * 3], uint8_t shade) {
    memset(rgb, shade, HEIGHT * WIDTH * 3);
    return (struct demo_picture){.rgb = rgb, .height = HEIGHT, .width = WIDTH};
}

// Shows it and counts the pixels of `color` (0xrrggbb).
static uint32_t show_and_count(struct demo_view *view, const struct demo_picture *picture, uint32_t color) {
    struct cli_error error = {0};
    CHECK(ops->show(view, picture, &error));
    int height, width;
    uint32_t count = 0, *pixels = pixels_of(view, &height, &width);
    for (int i = 0; i < height * width; i++)
        count += (pixels[i] & 0xffffff) == color;
    free(pixels);
    return count;
}

// Whole numbers: every pixel of the picture is a square of its own colour, and all else is black.
static void test_whole_numbers(struct demo_view *view) {
    uint8_t rgb[HEIGHT * WIDTH * 3];
    for (uint32_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(50 + i * 37 % 200);
    const struct demo_picture picture = {.rgb = rgb, .height = HEIGHT, .width = WIDTH};
    struct cli_error error = {0};
    CHECK(ops->show(view, &picture, &error));
    int height, width, wrong = 0;
    uint32_t *pixels = pixels_of(view, &height, &width);
    CHECK(height == WINDOW_HEIGHT && width == WINDOW_WIDTH);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            bool inside = x >= 10 && x < 90 && y >= 5 && y < 65;
            const uint8_t *p =
                inside ? rgb + ((size_t)((y - 5) / 5) * WIDTH + (size_t)((x - 10) / 5)) * 3 : NULL;
            uint32_t want = inside ? (uint32_t)(p[0] << 16 | p[1] << 8 | p[2]) : 0;
            wrong += (pixels[y * width + x] & 0xffffff) != want;
        }
    CHECK(wrong == 0);
    free(pixels);
}

// Smoothly: as large as the window allows, and back.
static void test_scaling(struct demo_view *view) {
    uint8_t rgb[HEIGHT * WIDTH * 3];
    const struct demo_picture picture = gray_picture(rgb, 99);
    CHECK(show_and_count(view, &picture, 0x636363) == 80 * 60);
    CHECK(press(view, SDLK_x, 0, 0).action == DEMO_SCALING);
    CHECK(show_and_count(view, &picture, 0x636363) == 93 * 70);
    SDL_SetWindowSize(view->window, 7, 40); // smaller than the picture
    CHECK(show_and_count(view, &picture, 0x636363) == 7 * 5);
    CHECK(press(view, SDLK_x, 0, 0).action == DEMO_SCALING);
    CHECK(show_and_count(view, &picture, 0x636363) == 7 * 5);
    SDL_SetWindowSize(view->window, WINDOW_WIDTH, WINDOW_HEIGHT);
    CHECK(show_and_count(view, &picture, 0x636363) == 80 * 60);
}

// What stands over the picture is there while it is asked for.
static void test_panels(struct demo_view *view) {
    uint8_t rgb[HEIGHT * WIDTH * 3];
    struct demo_picture picture = gray_picture(rgb, 0x40);
    SDL_SetWindowSize(view->window, 640, 480);
    const uint32_t white = 0xf2f2f2;
    CHECK(show_and_count(view, &picture, white) == 0);
    picture.status = "llvmpipe  212 ms a clip";
    uint32_t status = show_and_count(view, &picture, white);
    picture.message = "saved mograph-1.gif";
    uint32_t both = show_and_count(view, &picture, white);
    CHECK(status > 100 && both > status + 200);
    picture.help = true;
    uint32_t help = show_and_count(view, &picture, white);
    CHECK(help > both + 2000);
    picture.status = picture.message = NULL; // the help stands alone
    CHECK(show_and_count(view, &picture, white) == help);
    picture = gray_picture(rgb, 0x40);
    CHECK(show_and_count(view, &picture, white) == 0);
    picture.rgb = NULL; // nothing decoded yet: the window says so
    CHECK(show_and_count(view, &picture, white) > 100);
    picture.rgb = rgb;
    uint32_t plain = show_and_count(view, &picture, 0x404040);
    picture.map = true; // faint: most of the picture stays as it is
    picture.map_x = 0.25;
    picture.map_y = 0.5;
    uint32_t mapped = show_and_count(view, &picture, 0x404040);
    CHECK(mapped < plain && mapped > plain * 9 / 10);
    SDL_SetWindowSize(view->window, WINDOW_WIDTH, WINDOW_HEIGHT);
}

static void test_full_screen(struct demo_view *view) {
    uint8_t rgb[HEIGHT * WIDTH * 3];
    const struct demo_picture picture = gray_picture(rgb, 99);
    CHECK(press(view, SDLK_f, 0, 0).action == DEMO_FULL_SCREEN && window_is_full_screen(view));
    int height, width;
    SDL_GetRendererOutputSize(view->renderer, &width, &height);
    int factor = height / HEIGHT < width / WIDTH ? height / HEIGHT : width / WIDTH;
    CHECK(factor > 5);
    CHECK(show_and_count(view, &picture, 0x636363) == (uint32_t)(factor * factor * HEIGHT * WIDTH));
    CHECK(press(view, SDLK_ESCAPE, 0, 0).action == DEMO_FULL_SCREEN && !window_is_full_screen(view));
    CHECK(press(view, SDLK_ESCAPE, 0, 0).action == DEMO_QUIT);
    CHECK(press(view, SDLK_RETURN, KMOD_LALT, 0).action == DEMO_FULL_SCREEN && window_is_full_screen(view));
    // The pointer hides after two seconds without a movement, and comes back with one.
    view->mouse_moved = SDL_GetTicks() - 1000;
    show_and_count(view, &picture, 0);
    CHECK(SDL_ShowCursor(SDL_QUERY) == SDL_ENABLE);
    view->mouse_moved = SDL_GetTicks() - 3000;
    show_and_count(view, &picture, 0);
    CHECK(SDL_ShowCursor(SDL_QUERY) == SDL_DISABLE);
    struct demo_event event;
    push_mouse(SDL_MOUSEMOTION, 40, 40, 0);
    CHECK(poll_one(view, &event) == 0);
    show_and_count(view, &picture, 0);
    CHECK(SDL_ShowCursor(SDL_QUERY) == SDL_ENABLE);
    CHECK(press(view, SDLK_f, 0, 0).action == DEMO_FULL_SCREEN && !window_is_full_screen(view));
    SDL_SetWindowSize(view->window, WINDOW_WIDTH, WINDOW_HEIGHT); // the dummy forgets it
}

// --- the rest

static void test_polling(struct demo_view *view) {
    struct demo_event events[2], left;
    CHECK(poll_one(view, &left) == 0); // nothing comes from here on
    uint32_t before = SDL_GetTicks();
    CHECK(ops->poll(view, 0.1, events, 2) == 0);
    CHECK(SDL_GetTicks() - before >= 90);
    for (int i = 0; i < 3; i++)
        push_key(SDLK_SPACE, SDL_SCANCODE_SPACE, 0, 0);
    CHECK(ops->poll(view, 10, events, 2) == 2); // comes at once, and no more than there is room for
    CHECK(ops->poll(view, 10, events, 2) == 1);
    CHECK(SDL_GetTicks() - before < 5000);
    SDL_Event quit = {.type = SDL_QUIT};
    SDL_PushEvent(&quit);
    CHECK(ops->poll(view, 1, events, 2) == 1 && events[0].action == DEMO_QUIT);
}

// A renderer that lost its textures draws again.
static void test_reset(struct demo_view *view) {
    uint8_t rgb[HEIGHT * WIDTH * 3];
    struct demo_picture picture = gray_picture(rgb, 99);
    picture.status = "status";
    show_and_count(view, &picture, 0);
    CHECK(view->texture != NULL && view->status.texture != NULL);
    SDL_Event reset = {.type = SDL_RENDER_DEVICE_RESET};
    SDL_PushEvent(&reset);
    struct demo_event event;
    CHECK(poll_one(view, &event) == 0 && view->texture == NULL && view->status.texture == NULL);
    picture.status = NULL;
    CHECK(show_and_count(view, &picture, 0x636363) == 80 * 60);
}

static void test_screens(void) {
    struct cli_error error = {0};
    CHECK(window_print_screens(&error));
    const struct demo_view_options options = {.height = HEIGHT, .width = WIDTH, .screen = 7};
    struct demo_view *view = NULL;
    CHECK(!ops->begin(&view, &options, &error) && view == NULL && error.status == CLI_USAGE);
    CHECK(strstr(error.text, "no screen 7") != NULL);
    CHECK(window_view_possible());
    window_system_end();
}

// Where there is no window system, each way in says so in one line.
static void test_no_windows(void) {
    SDL_setenv("SDL_VIDEODRIVER", "there-is-none", 1);
    const struct demo_view_options options = {.height = HEIGHT, .width = WIDTH};
    struct demo_view *view = NULL;
    struct cli_error error = {0};
    CHECK(!window_view_possible());
    CHECK(!ops->begin(&view, &options, &error) && view == NULL && error.status == CLI_FAILED);
    CHECK(strstr(error.text, "no window system") != NULL && strchr(error.text, '\n') == NULL);
    CHECK(!window_print_screens(&error));
    // Nor may SDL show an unseen window by itself: no display at all, and one that nobody answers for.
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("DISPLAY");
    CHECK(!window_view_possible() && SDL_WasInit(SDL_INIT_VIDEO) == 0);
    CHECK(!window_print_screens(&error) && strstr(error.text, "DISPLAY") != NULL);
    setenv("DISPLAY", ":65000", 1);
    CHECK(!window_view_possible() && SDL_WasInit(SDL_INIT_VIDEO) == 0);
}

int main(void) {
    test_begin();
    SDL_setenv("SDL_VIDEODRIVER", "dummy", 1);
    ops = window_view();
    struct demo_view *view = open_view();
    test_keys(view);
    ops->end(&view);
    CHECK(view == NULL);
    view = open_view();
    test_digits(view);
    test_repeats(view);
    test_mouse(view);
    test_whole_numbers(view);
    test_scaling(view);
    test_panels(view);
    test_full_screen(view);
    test_polling(view);
    test_reset(view);
    ops->end(&view);
    test_screens();
    test_no_windows();
    return test_end();
}
