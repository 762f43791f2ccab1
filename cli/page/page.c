// Writes an HTML page piece by piece, escaping every text.
#include "cli/page/page.h"

#include "cli/media/output.h"
#include "cli/page/style.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FORMATTED = 1000 };

void page_markup(struct page *page, const char *markup) {
    buffer_add(&page->bytes, markup, strlen(markup));
}

void page_format(struct page *page, const char *format, ...) {
    char text[MAX_FORMATTED + 1];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || length > MAX_FORMATTED)
        page->bytes.failed = true; // half a tag would spoil the page
    else
        buffer_add(&page->bytes, text, (size_t)length);
}

// Bytes of the UTF-8 sequence at `text` when it is one that XML allows, else 0.
static size_t sequence_length(const unsigned char *text) {
    unsigned char first = text[0];
    size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || (first < 0x20 && strchr("\t\n\r", first) == NULL))
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (first == 0xe0 && text[1] < 0xa0) || (first == 0xf0 && text[1] < 0x90);
    bool surrogate = first == 0xed && text[1] >= 0xa0, beyond = first == 0xf4 && text[1] >= 0x90;
    bool no_character = first == 0xef && text[1] == 0xbf && text[2] >= 0xbe;
    return overlong || surrogate || beyond || no_character ? 0 : length;
}

static const char *entity(char letter) {
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void page_text(struct page *page, const char *text) {
    while (*text != '\0') {
        size_t length = sequence_length((const unsigned char *)text);
        const char *replaced = length == 0 ? "\xef\xbf\xbd" : entity(*text);
        if (replaced != NULL)
            page_markup(page, replaced);
        else
            buffer_add(&page->bytes, text, length);
        text += length > 0 ? length : 1;
    }
}

void page_base64(struct page *page, const uint8_t *bytes, size_t size) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? bytes[i + 2] : 0);
        char four[4] = {letters[three >> 18], letters[three >> 12 & 63],
                        left > 1 ? letters[three >> 6 & 63] : '=', left > 2 ? letters[three & 63] : '='};
        buffer_add(&page->bytes, four, sizeof four);
    }
}

unsigned page_id(struct page *page) {
    return ++page->ids;
}

void page_begin(struct page *page, const char *title) {
    page_markup(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                      "<meta charset=\"utf-8\" />\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
                      "<meta name=\"color-scheme\" content=\"light dark\" />\n"
                      "<link rel=\"icon\" href=\"data:,\" />\n<title>");
    page_text(page, title);
    page_markup(page, "</title>\n<style>\n");
    for (size_t i = 0; page_style[i] != NULL; i++)
        page_markup(page, page_style[i]);
    page_markup(page, "</style>\n</head>\n<body>\n<main>\n");
}

bool page_write(struct page *page, const char *path, struct cli_error *error) {
    page_markup(page, "</main>\n</body>\n</html>\n");
    if (page->bytes.failed)
        return cli_fail(error, path, "no memory for the page");
    return output_file(path, page->bytes.bytes, page->bytes.size, true, error);
}

void page_destroy(struct page *page) {
    free(page->bytes.bytes);
    *page = (struct page){.ids = 0};
}
