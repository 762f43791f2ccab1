// One HTML page that needs nothing but itself: no script, no font and no picture from elsewhere. Also
// well-formed XML, so that any parser can check it. Light and dark follow the reader's system.
//
// A page is collected in memory and written in one go. Memory that runs out is told by page_write.
#ifndef MOGRAPH_CLI_PAGE_PAGE_H
#define MOGRAPH_CLI_PAGE_PAGE_H

#include "cli/error.h"
#include "cli/media/buffer.h"

// Zero-initialise; page_destroy frees.
struct page {
    struct buffer bytes;
    unsigned ids; // handed out so far
};

// Everything up to the heading: style, <main>.
void page_begin(struct page *page, const char *title);
// Writes the file, whole or not at all, in place of an old one. False with a line in *error.
bool page_write(struct page *page, const char *path, struct cli_error *error);
void page_destroy(struct page *page);

// Markup, as it is.
void page_markup(struct page *page, const char *markup);
// Markup with numbers and other markup in it; at most 1000 bytes.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void page_format(struct page *page, const char *format, ...);
// Any text, whatever is in it: escaped, for content and for attributes in double quotes. What is no UTF-8 and
// what XML forbids becomes U+FFFD.
void page_text(struct page *page, const char *text);
void page_base64(struct page *page, const uint8_t *bytes, size_t size);

// An identifier that no other call gives, for aria-labelledby and the like: "i7" as the number 7.
unsigned page_id(struct page *page);

#endif
