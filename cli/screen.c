// Control sequences: ECMA-48 and xterm's; synchronised updates (2026) are ignored where they are unknown.
#include "cli/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTER "\033[?1049h\033[?25l\033[2J"
#define LEAVE "\033[0m\033[?25h\033[?1049l"
#define UPPER_HALF "\342\226\200" // U+2580

enum {
    CELL_BYTES = 48, // two colours and a character
    LINE_BYTES = 512,
    MAX_COLUMNS = 2000,
    MAX_ROWS = 1000,
};

static void ask_size(uint32_t *columns, uint32_t *rows) {
    if (!sys_terminal_size(columns, rows)) {
        *columns = 80;
        *rows = 24;
    }
    *columns = *columns < MAX_COLUMNS ? *columns : MAX_COLUMNS;
    *rows = *rows < MAX_ROWS ? *rows : MAX_ROWS;
}

static bool reserve(struct screen *screen) {
    size_t capacity =
        (size_t)screen->columns * screen->rows * CELL_BYTES + (size_t)screen->rows * (32 + LINE_BYTES) + 64;
    char *text = capacity > screen->capacity ? realloc(screen->text, capacity) : screen->text;
    if (text == NULL)
        return false;
    screen->text = text;
    screen->capacity = capacity > screen->capacity ? capacity : screen->capacity;
    return true;
}

bool screen_begin(struct screen *screen) {
    memset(screen, 0, sizeof *screen);
    ask_size(&screen->columns, &screen->rows);
    if (!reserve(screen))
        return false;
    sys_keys_begin(&screen->keys);
    fputs(ENTER, stdout);
    fflush(stdout);
    return true;
}

void screen_end(struct screen *screen) {
    fputs(LEAVE, stdout);
    fflush(stdout);
    sys_keys_end(&screen->keys);
    free(screen->text);
    screen->text = NULL;
}

bool screen_resized(struct screen *screen) {
    uint32_t columns, rows;
    ask_size(&columns, &rows);
    if (columns == screen->columns && rows == screen->rows)
        return false;
    screen->columns = columns;
    screen->rows = rows;
    screen_clear(screen);
    return true;
}

void screen_clear(struct screen *screen) {
    (void)screen;
    fputs("\033[0m\033[2J", stdout);
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
add(struct screen *screen, size_t *at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(screen->text + *at, screen->capacity - *at, format, args);
    va_end(args);
    if (length > 0 && (size_t)length < screen->capacity - *at)
        *at += (size_t)length;
}

static const uint8_t black[3];

// One row of characters: the upper pixel in the foreground, the lower one in the background. Colours are sent
// only when they change.
static void add_row(struct screen *screen, size_t *at, const uint8_t *upper, bool has_lower, uint32_t width) {
    const uint8_t *ink = NULL, *paper = NULL;
    for (uint32_t x = 0; x < width; x++) {
        const uint8_t *top = upper + 3 * x, *bottom = has_lower ? top + 3 * (size_t)width : black;
        if (x == 0 || memcmp(ink, top, 3) != 0)
            add(screen, at, "\033[38;2;%u;%u;%um", top[0], top[1], top[2]);
        if (x == 0 || memcmp(paper, bottom, 3) != 0)
            add(screen, at, "\033[48;2;%u;%u;%um", bottom[0], bottom[1], bottom[2]);
        add(screen, at, UPPER_HALF);
        ink = top;
        paper = bottom;
    }
    add(screen, at, "\033[0m");
}

// Cut by letters, not by bytes.
static void add_line(struct screen *screen, size_t *at, const struct screen_line *line) {
    size_t bytes = 0;
    for (uint32_t letters = 0; line->text[bytes] != '\0'; bytes++)
        if (((unsigned char)line->text[bytes] & 0xc0) != 0x80 && letters++ == screen->columns)
            break;
    add(screen, at, "\033[%u;1H%.*s", line->row + 1, (int)bytes, line->text);
}

bool screen_draw(struct screen *screen, const uint8_t *rgb, uint32_t height, uint32_t width,
                 const struct screen_line *lines_over, uint32_t count) {
    if (!reserve(screen))
        return false;
    size_t at = 0, row_bytes = (size_t)width * 3;
    uint32_t lines = (height + 1) / 2;
    uint32_t top = (screen->rows - lines) / 2 + 1, left = (screen->columns - width) / 2 + 1;
    add(screen, &at, "\033[?2026h");
    for (uint32_t line = 0; line < lines; line++) {
        const uint8_t *upper = rgb + 2 * line * row_bytes;
        add(screen, &at, "\033[%u;%uH", top + line, left);
        add_row(screen, &at, upper, 2 * line + 1 < height, width);
    }
    for (uint32_t i = 0; i < count; i++)
        if (lines_over[i].row < screen->rows)
            add_line(screen, &at, &lines_over[i]);
    add(screen, &at, "\033[?2026l");
    return fwrite(screen->text, 1, at, stdout) == at && fflush(stdout) == 0;
}

// Behind an escape: "[A" or "OA" is an arrow. Other sequences are read to their end: ECMA-48 has them end
// with a byte from 0x40 on. Nothing behind it: the key itself. What belongs together comes together: no
// waiting.
static int escaped_key(struct screen *screen) {
    int byte, first = sys_keys_wait(&screen->keys, 0);
    if (first < 0)
        return SCREEN_KEY_ESCAPE;
    bool sequence = first == '[' || first == 'O';
    while (sequence && (byte = sys_keys_wait(&screen->keys, 0)) >= 0)
        if (byte >= 0x40)
            return byte >= 'A' && byte <= 'D' ? (const int[]){SCREEN_KEY_UP, SCREEN_KEY_DOWN,
                                                              SCREEN_KEY_RIGHT, SCREEN_KEY_LEFT}[byte - 'A']
                                              : SCREEN_KEY_OTHER;
    return SCREEN_KEY_OTHER;
}

int screen_key(struct screen *screen, double seconds) {
    int byte = sys_keys_wait(&screen->keys, seconds);
    if (byte < 0)
        return byte == SYS_KEYS_CLOSED ? SCREEN_KEY_CLOSED : 0;
    return byte == SCREEN_KEY_ESCAPE ? escaped_key(screen) : byte;
}

bool screen_wait(struct screen *screen, double seconds) {
    int key = screen_key(screen, seconds);
    return key == 'q' || key == SCREEN_KEY_ESCAPE || key == SCREEN_KEY_CTRL_D || key == SCREEN_KEY_CLOSED;
}
