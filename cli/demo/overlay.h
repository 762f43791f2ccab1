// A panel of text at a window's resolution: the help, the status line.
#ifndef MOGRAPH_CLI_DEMO_OVERLAY_H
#define MOGRAPH_CLI_DEMO_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Zero-initialise; overlay_finish frees.
struct overlay {
    uint32_t height, width; // of the panel
    uint8_t *rgb;           // [height][width][3]: white on black
    size_t capacity;
};

// Makes the panel for `text`: lines end with '\n'; a tab begins a line's second column, and lines without one
// are wrapped at spaces, at double ones first. The letters have the largest size up to `size` (in pixels of
// the font) at which the panel fits into height x width; at size 1 what does not fit is cut. False when
// memory is short: the panel is empty then.
bool overlay_text(struct overlay *overlay, const char *text, uint32_t size, uint32_t height, uint32_t width);
void overlay_finish(struct overlay *overlay);

#endif
