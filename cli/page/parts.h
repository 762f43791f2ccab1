// What pages are made of, besides charts.
#ifndef MOGRAPH_CLI_PAGE_PARTS_H
#define MOGRAPH_CLI_PAGE_PARTS_H

#include "cli/options/options.h"
#include "cli/page/page.h"

// A heading and what follows, until part_end. `kind` is a class of the style: "charts" lays its content out
// in columns; NULL: none.
void part_begin(struct page *page, const char *heading, const char *kind);
void part_end(struct page *page);

// A key figure. unit and note may be NULL.
struct tile {
    char value[32];
    const char *label, *unit;
    char note[128];
};
void part_tiles(struct page *page, const struct tile *tiles, unsigned count);

// A table of texts: columns heads, rows x columns cells, row by row. The first column names the row.
void part_table(struct page *page, const char *const *heads, unsigned columns, const char *const *cells,
                unsigned rows);

// Options with their values and what they do: those that differ from `defaults`, and folded away the others.
// `without` (may be NULL) lists names that are left out and ends with NULL.
void part_options(struct page *page, const struct option *options, const void *values, const void *defaults,
                  const char *const *without);

// A GIF, embedded. alt describes it for who cannot see it; title and text stand below, text may be NULL.
// False, with nothing added, when the file cannot be read or is no GIF.
bool part_gif(struct page *page, const char *path, const char *alt, const char *title, const char *text);

#endif
