// Text from outside: what is UTF-8, what is shown of what is not, what is the same but for case.
#include "cli/text.h"
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

// RFC 3629, section 4, and the neighbours of its borders.
static void characters(void) {
    static const struct {
        const char *bytes;
        size_t length;
        uint32_t code;
    } rows[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\x80", 0, 0},
        {"\xc1\xbf", 0, 0}, // overlong
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\x9f\xbf", 0, 0}, // overlong
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xed\xa0\x80", 0, 0}, // a surrogate
        {"\xee\x80\x80", 3, 0xe000},
        {"\xf0\x8f\xbf\xbf", 0, 0}, // overlong
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\xf4\x90\x80\x80", 0, 0}, // beyond
        {"\xf8\x88\x80\x80\x80", 0, 0},
        {"\xff", 0, 0},
        {"\xe9", 0, 0}, // Latin-1
        {"\xe2\x82", 0, 0},
        {"\xf0\x9f\x98", 0, 0}, // cut
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t code = 0;
        if (!CHECK(text_character(rows[i].bytes, &code) == rows[i].length && code == rows[i].code))
            fprintf(stderr, "row %zu: U+%04X\n", i, code);
        CHECK(text_character(rows[i].bytes, NULL) == rows[i].length);
    }
}

static void cleaned(void) {
    static const struct {
        const char *text, *utf8, *line;
    } rows[] = {
        {"", "", ""},
        {"caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5"},
        {"lat\xe9in", "lat?in", "lat?in"},
        {"\x1b[31mred\n\x7f", "\x1b[31mred\n\x7f", "?[31mred??"},
        {"\xc2\x9b"
         "31m",
         "\xc2\x9b"
         "31m",
         "?31m"}, // CSI in one character
        {"\x9b\xe2\x82", "???", "???"},
        {"\xc2\xa0", "\xc2\xa0", "\xc2\xa0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        CHECK(text_is_line(rows[i].text) == (strcmp(rows[i].text, rows[i].line) == 0));
        snprintf(text, sizeof text, "%s", rows[i].text);
        text_make_utf8(text);
        CHECK(strcmp(text, rows[i].utf8) == 0);
        snprintf(text, sizeof text, "%s", rows[i].text);
        text_make_line(text);
        CHECK(strcmp(text, rows[i].line) == 0 && text_is_line(text));
    }
}

static void cut(void) {
    char shown[8];
    text_shown("12345678", shown, sizeof shown);
    CHECK(strcmp(shown, "1234567") == 0);
    text_shown("123456\xc3\xa9x", shown, sizeof shown); // not through a character
    CHECK(strcmp(shown, "123456") == 0);
    text_shown("a\nb", shown, sizeof shown);
    CHECK(strcmp(shown, "a?b") == 0);
    text_shown("x", shown, 1);
    CHECK(shown[0] == '\0');
}

static void same_but_case(void) {
    CHECK(text_same_but_case("rain", "Rain") && text_same_but_case("RAIN", "rain"));
    CHECK(text_same_but_case("\xc3\x9c", "\xc3\xbc"));                 // U umlaut
    CHECK(text_same_but_case("\xd0\x96", "\xd0\xb6"));                 // Zhe
    CHECK(text_same_but_case("\xce\xa9\xc5\xa0", "\xcf\x89\xc5\xa1")); // Omega, S caron
    CHECK(text_same_but_case("\xc5\xbd", "\xc5\xbe"));                 // Z caron
    CHECK(!text_same_but_case("rain", "rains") && !text_same_but_case("rain", "train"));
    CHECK(!text_same_but_case("\xc3\x97", "\xc3\xb7")); // times and division
    CHECK(!text_same_but_case("[", "{") && !text_same_but_case("1", "Q"));
    CHECK(!text_same_but_case("\xe9", "\xc9") && text_same_but_case("\xe9", "\xe9")); // no UTF-8: bytes
    CHECK(text_same_but_case("", "") && !text_same_but_case("", "a"));
}

int main(void) {
    test_begin();
    characters();
    cleaned();
    cut();
    same_but_case();
    return test_end();
}
