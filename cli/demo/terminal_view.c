// The demo in a terminal: half blocks, and plain lines of text over them.
#include "cli/demo/view.h"
#include "cli/screen_picture.h"
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

enum { LINES = 32, LINE = 160 };

struct demo_view {
    struct screen screen;
    struct screen_picture picture;
    char text[LINES][LINE];
    struct screen_line lines[LINES];
    uint32_t count, before; // lines now, and at the last picture
};

static bool begin(struct demo_view **out, const struct demo_view_options *options, struct cli_error *error) {
    (void)options;
    *out = NULL;
    if (!terminal_is_interactive(stdout))
        return cli_fail(
            error, NULL,
            "there is neither a window system nor a terminal to play in: --record FILE writes a file");
    struct demo_view *v = *out = calloc(1, sizeof *v);
    if (v == NULL || !screen_begin(&v->screen)) {
        free(v);
        *out = NULL;
        return cli_no_memory(error, "the terminal's picture");
    }
    return true;
}

static void add(struct demo_view *v, uint32_t row, const char *before, const char *text) {
    if (v->count == LINES)
        return;
    snprintf(v->text[v->count], LINE, " %s%s ", before, text);
    v->lines[v->count] = (struct screen_line){row, v->text[v->count]};
    v->count++;
}

static void add_help(struct demo_view *v) {
    char key[16];
    for (int i = 0; i < demo_key_count; i++) {
        bool of_window = demo_keys[i].action == DEMO_DRAG || demo_keys[i].action == DEMO_FULL_SCREEN ||
                         demo_keys[i].action == DEMO_SCALING;
        if (of_window)
            continue;
        snprintf(key, sizeof key, "%-7s ", demo_keys[i].text);
        add(v, v->count, key, demo_keys[i].help);
    }
}

// Help from the top, the message and the status at the bottom.
static void add_lines(struct demo_view *v, const struct demo_picture *picture) {
    uint32_t bottom = v->screen.rows;
    v->before = v->count;
    v->count = 0;
    if (picture->help)
        add_help(v);
    if (picture->status != NULL && bottom > 0)
        add(v, --bottom, "", picture->status);
    if (picture->message != NULL && bottom > 0)
        add(v, --bottom, "", picture->message);
    if (v->count != v->before) // beside the picture nothing draws over what is gone
        screen_clear(&v->screen);
}

static bool show(struct demo_view *v, const struct demo_picture *picture, struct cli_error *error) {
    static const uint8_t dark[3];
    add_lines(v, picture);
    bool there = picture->rgb != NULL;
    bool done = there ? screen_picture_show(&v->picture, &v->screen, picture->rgb, picture->height,
                                            picture->width, v->lines, v->count)
                      : screen_draw(&v->screen, dark, 1, 1, v->lines, v->count);
    return done || cli_fail(error, NULL, "the terminal cannot be written to, or memory is short");
}

static int key_of(int key) {
    switch (key) {
    case SCREEN_KEY_UP:
        return DEMO_KEY_UP;
    case SCREEN_KEY_DOWN:
        return DEMO_KEY_DOWN;
    case SCREEN_KEY_LEFT:
        return DEMO_KEY_LEFT;
    case SCREEN_KEY_RIGHT:
        return DEMO_KEY_RIGHT;
    case SCREEN_KEY_CTRL_D:
    case SCREEN_KEY_CLOSED:
        return DEMO_KEY_ESCAPE;
    default:
        return key;
    }
}

static int poll_keys(struct demo_view *v, double seconds, struct demo_event *events, int capacity) {
    int count = 0, key;
    while (count < capacity && (key = screen_key(&v->screen, seconds)) != 0) {
        count += demo_action_of_key(key_of(key), &events[count]);
        seconds = 0.0;
        if (key == SCREEN_KEY_CLOSED)
            break;
    }
    return count;
}

static void end(struct demo_view **handle) {
    struct demo_view *v = *handle;
    if (v == NULL)
        return;
    screen_end(&v->screen);
    screen_picture_finish(&v->picture);
    free(v);
    *handle = NULL;
}

const struct demo_view_ops terminal_view = {
    .name = "terminal", .begin = begin, .show = show, .poll = poll_keys, .end = end};
