// Draws names into pictures with a small built-in font.
#include "cli/media/label.h"

#include <stdbool.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <stb_easy_font.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

enum { MAX_TEXT = 48 };

// One corner of a quad as stb_easy_font writes it.
struct corner {
    float x, y, z;
    uint8_t color[4];
};

// The font ends with ASCII and reads past its tables behind it: anything else becomes one '?' a letter.
static void to_ascii(const char *name, char text[MAX_TEXT]) {
    size_t length = 0;
    for (; *name != '\0' && length < MAX_TEXT - 1; name++) {
        bool continues = ((unsigned char)*name & 0xc0) == 0x80; // of a letter in UTF-8
        if (!continues)
            text[length++] = *name >= ' ' && *name < 0x7f ? *name : '?';
    }
    text[length] = '\0';
}

uint32_t label_width(const char *name, uint32_t size) {
    char text[MAX_TEXT];
    to_ascii(name, text);
    return (uint32_t)stb_easy_font_width(text) * size;
}

static void fill(uint8_t *rgb, uint32_t height, uint32_t width, uint32_t x0, uint32_t y0, uint32_t x1,
                 uint32_t y1, uint8_t shade) {
    for (uint32_t y = y0; y < y1 && y < height; y++)
        for (uint32_t x = x0; x < x1 && x < width; x++)
            memset(rgb + ((size_t)y * width + x) * 3, shade, 3);
}

void label_draw(uint8_t *rgb, uint32_t height, uint32_t width, uint32_t x, uint32_t y, const char *name,
                uint32_t size, uint32_t max_width, uint8_t shade) {
    struct corner corners[4 * 512];
    char text[MAX_TEXT];
    to_ascii(name, text);
    while (text[0] != '\0' && label_width(text, size) > max_width)
        text[strlen(text) - 1] = '\0';
    int quads = stb_easy_font_print(0, 0, text, NULL, corners, (int)sizeof corners);
    for (int i = 0; i < quads; i++) {
        const struct corner *a = &corners[4 * i], *b = &corners[4 * i + 2];
        float s = (float)size;
        fill(rgb, height, width, x + (uint32_t)(a->x * s), y + (uint32_t)(a->y * s), x + (uint32_t)(b->x * s),
             y + (uint32_t)(b->y * s), shade);
    }
}
