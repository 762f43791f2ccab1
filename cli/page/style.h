// The style sheet of every page.
#ifndef MOGRAPH_CLI_PAGE_STYLE_H
#define MOGRAPH_CLI_PAGE_STYLE_H

extern const char *const page_style[]; // ends with NULL

#endif
