// Ctrl-C as a question: long work asks whether it should stop, and cleans up after itself.
#ifndef MOGRAPH_CLI_INTERRUPT_H
#define MOGRAPH_CLI_INTERRUPT_H

#include <stdbool.h>

// From here on SIGINT, SIGTERM and SIGHUP only set a flag; a second one ends the program as usual.
void interrupt_catch(void);
bool interrupt_requested(void);
// The signal that was caught, 0 for none: a program that ends by it exits with 128 + this number.
int interrupt_signal(void);

#endif
