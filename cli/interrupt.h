// Ctrl-C as a question: long work asks whether it should stop, and cleans up after itself.
#ifndef MOGRAPH_CLI_INTERRUPT_H
#define MOGRAPH_CLI_INTERRUPT_H

#include <stdbool.h>

// From here on SIGINT, SIGTERM and SIGHUP only set a flag; a second one ends the program as usual.
void interrupt_catch(void);
bool interrupt_requested(void);

#endif
