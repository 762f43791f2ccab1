// UTF-8 as RFC 3629 has it, control characters, and case.
#include "cli/text.h"

#include <string.h>

size_t text_character(const char *at, uint32_t *code) {
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *byte = (const unsigned char *)at;
    size_t length = 1;
    while (length <= 4 && (byte[0] & forms[length - 1].mask) != forms[length - 1].lead)
        length++;
    if (length > 4)
        return 0;
    uint32_t value = byte[0] & ~(uint32_t)forms[length - 1].mask & 0xff;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3f);
    }
    if (value < forms[length - 1].least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    if (code != NULL)
        *code = value;
    return length;
}

static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

// A control character of two bytes becomes one '?', so that the text may shrink.
static void clean(char *text, bool controls) {
    char *out = text;
    while (*text != '\0') {
        uint32_t code = 0;
        size_t length = text_character(text, &code);
        if (length == 0 || (controls && is_control(code))) {
            *out++ = '?';
        } else {
            memmove(out, text, length);
            out += length;
        }
        text += length > 0 ? length : 1;
    }
    *out = '\0';
}

void text_make_utf8(char *text) {
    clean(text, false);
}

void text_make_line(char *text) {
    clean(text, true);
}

void text_shown(const char *name, char *out, size_t capacity) {
    size_t length = strlen(name), room = capacity - 1;
    size_t kept = length < room ? length : room;
    // Not through the middle of a character.
    while (kept < length && kept > 0 && ((unsigned char)name[kept] & 0xc0) == 0x80)
        kept--;
    memcpy(out, name, kept);
    out[kept] = '\0';
    text_make_line(out);
}

bool text_is_line(const char *text) {
    while (*text != '\0') {
        uint32_t code = 0;
        size_t length = text_character(text, &code);
        if (length == 0 || is_control(code))
            return false;
        text += length;
    }
    return true;
}

// The small letter, for the blocks in which file systems meet two of them.
static uint32_t lower(uint32_t code) {
    bool capital = (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde && code != 0xd7) ||
                   (code >= 0x391 && code <= 0x3a9) || (code >= 0x410 && code <= 0x42f);
    if (capital)
        return code + 0x20;
    if (code >= 0x400 && code <= 0x40f)
        return code + 0x50;
    // Latin Extended-A pairs its letters: even and odd, and from U+0139 and U+0179 odd and even.
    bool odd_first = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
    if (code >= 0x100 && code <= 0x17f && code != 0x130 && code != 0x131 && code != 0x138 && code != 0x149 &&
        code != 0x178 && code != 0x17f && (code % 2 == 1) == odd_first)
        return code + 1;
    return code;
}

// The next character as a small letter; bytes that are none stand for themselves, apart from all characters.
static uint32_t next_small(const char **at) {
    uint32_t code = 0;
    size_t length = text_character(*at, &code);
    uint32_t small = length > 0 ? lower(code) : 0x80000000u | (unsigned char)**at;
    *at += length > 0 ? length : 1;
    return small;
}

bool text_same_but_case(const char *a, const char *b) {
    while (*a != '\0' && *b != '\0')
        if (next_small(&a) != next_small(&b))
            return false;
    return *a == *b;
}
