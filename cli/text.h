// Text from outside: names of files, folders and kinds are bytes; JSON, comments, metadata and terminals want
// UTF-8 without control characters.
#ifndef MOGRAPH_CLI_TEXT_H
#define MOGRAPH_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes of the well-formed UTF-8 character at `at` (a text that ends in 0), 0 when it is none. `code` may be
// NULL.
size_t text_character(const char *at, uint32_t *code);

// In place: every byte that belongs to no character becomes '?'. For JSON, whose printer escapes the rest.
void text_make_utf8(char *text);
// The same, and control characters too (C0, DEL, C1): one line that no terminal takes for a command.
void text_make_line(char *text);

// A copy of a name as it may be shown, cut where there is no more room.
void text_shown(const char *name, char *out, size_t capacity);

// Whether text_make_line would leave it as it is.
bool text_is_line(const char *text);
// Whether two texts differ in nothing but case: the letters of ASCII, Latin, Greek and Cyrillic.
bool text_same_but_case(const char *a, const char *b);

#endif
