// The demo: its command line and its loop.
#ifndef MOGRAPH_CLI_DEMO_DEMO_H
#define MOGRAPH_CLI_DEMO_DEMO_H

#include "cli/command.h"

// Its name is empty: the program is the command.
extern const struct command demo_command;

#endif
