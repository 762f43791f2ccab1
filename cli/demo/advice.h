// What to install where there is no Vulkan driver.
#ifndef MOGRAPH_CLI_DEMO_ADVICE_H
#define MOGRAPH_CLI_DEMO_ADVICE_H

#include <stdbool.h>

// The advice: a line for each system, newline at the end of each.
extern const char *const advice_text;

// Whether a driver is missing, rather than something else wrong.
bool advice_is_needed(void);

// Shows `text` in a box, for those who started the program from a desktop that shows no console. True: it was
// shown. Only Windows has one.
bool advice_box(const char *title, const char *text);

#endif
