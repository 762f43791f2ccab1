// Panels of text: measured and drawn by one walk over the words.
#include "cli/demo/overlay.h"

#include "cli/media/label.h"

#include <stdlib.h>
#include <string.h>

enum { MARGIN = 5, LINE = 12, COLUMN_GAP = 10, WORD = 48, SHADE = 255 }; // in pixels of the font

// Where the walk stands, and what it has covered.
struct pen {
    struct overlay *overlay; // to draw on; NULL: measure
    uint32_t size, limit;    // of the letters; of x
    uint32_t second;         // where second columns begin
    uint32_t x, y, right;
};

// The next word with the spaces before it; at most WORD - 1 bytes. Yields its length.
static size_t next_word(const char *text, char word[WORD]) {
    size_t spaces = strspn(text, " "), length = spaces + strcspn(text + spaces, " \t\n");
    length = length < WORD ? length : WORD - 1;
    memcpy(word, text, length);
    word[length] = '\0';
    return length;
}

// Words with single spaces between them belong together: all of them where a line has room, or else the next
// one.
static size_t next_words(const struct pen *pen, const char *text, char words[WORD]) {
    char one[WORD];
    size_t length = next_word(text, words), more;
    while (text[length] == ' ' && text[length + 1] != ' ') {
        more = next_word(text + length, one);
        if (more < 2 || length + more >= WORD)
            return next_word(text, words);
        memcpy(words + length, one, more + 1);
        length += more;
    }
    size_t spaces = strspn(words, " ");
    bool fits = MARGIN * pen->size + label_width(words + spaces, pen->size) <= pen->limit;
    return fits ? length : next_word(text, words);
}

static void new_line(struct pen *pen) {
    pen->x = MARGIN * pen->size;
    pen->y += LINE * pen->size;
}

static void put(struct pen *pen, const char *word, bool wraps) {
    uint32_t left = MARGIN * pen->size;
    if (wraps && pen->x > left && pen->x + label_width(word, pen->size) > pen->limit) {
        new_line(pen);
        word += strspn(word, " ");
    }
    struct overlay *overlay = pen->overlay;
    if (overlay != NULL && pen->x < pen->limit)
        label_draw(overlay->rgb, overlay->height, overlay->width, pen->x, pen->y, word, pen->size,
                   pen->limit - pen->x, SHADE);
    pen->x += label_width(word, pen->size);
    pen->right = pen->x > pen->right ? pen->x : pen->right;
}

static void walk(struct pen *pen, const char *text) {
    pen->x = MARGIN * pen->size;
    pen->y = pen->right = MARGIN * pen->size;
    while (*text != '\0') {
        bool columns = strcspn(text, "\t") < strcspn(text, "\n");
        size_t end = strcspn(text, "\n");
        for (const char *at = text; at < text + end;) {
            char word[WORD];
            if (*at == '\t') {
                pen->x = pen->second;
                at++;
            }
            at += next_words(pen, at, word);
            put(pen, word, !columns);
        }
        text += end + (text[end] == '\n');
        new_line(pen);
    }
}

// Where the second columns begin: behind the widest first one.
static uint32_t second_column(const char *text, uint32_t size) {
    uint32_t widest = 0;
    for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
        char first[WORD];
        size_t length = strcspn(text, "\t\n");
        if (text[length] != '\t')
            continue;
        length = length < WORD ? length : WORD - 1;
        memcpy(first, text, length);
        first[length] = '\0';
        uint32_t width = label_width(first, size);
        widest = width > widest ? width : widest;
    }
    return (MARGIN + COLUMN_GAP) * size + widest;
}

// The panel's height and width with letters of `size`, wrapped at `limit`.
static struct pen measure(const char *text, uint32_t size, uint32_t width) {
    struct pen pen = {.size = size, .second = second_column(text, size)};
    pen.limit = width > MARGIN * size ? width - MARGIN * size : 0;
    walk(&pen, text);
    pen.right += MARGIN * size;
    pen.y += (MARGIN - (LINE - LABEL_HEIGHT) / 2) * size;
    return pen;
}

static bool reserve(struct overlay *overlay, uint32_t height, uint32_t width) {
    size_t needed = (size_t)height * width * 3;
    if (needed > overlay->capacity) {
        uint8_t *rgb = realloc(overlay->rgb, needed);
        if (rgb == NULL)
            return false;
        overlay->rgb = rgb;
        overlay->capacity = needed;
    }
    overlay->height = height;
    overlay->width = width;
    memset(overlay->rgb, 0, needed);
    return true;
}

bool overlay_text(struct overlay *overlay, const char *text, uint32_t size, uint32_t height, uint32_t width) {
    overlay->height = overlay->width = 0;
    if (height == 0 || width == 0 || *text == '\0')
        return true;
    struct pen pen = measure(text, size, width);
    while (pen.size > 1 && (pen.right > width || pen.y > height))
        pen = measure(text, pen.size - 1, width);
    if (!reserve(overlay, pen.y < height ? pen.y : height, pen.right < width ? pen.right : width))
        return false;
    pen.overlay = overlay;
    walk(&pen, text);
    return true;
}

void overlay_finish(struct overlay *overlay) {
    free(overlay->rgb);
    *overlay = (struct overlay){0};
}
