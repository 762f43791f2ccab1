// What the programs of this folder share: lines on stderr, one for a failure, and the exit status.
#ifndef MOGRAPH_CLI_PROGRAM_H
#define MOGRAPH_CLI_PROGRAM_H

#include "cli/error.h"

// Runs `dispatch` with what stands behind the program's name in argv; each line on stderr begins with `name`.
// Returns main's status.
int program_run(const char *name, bool (*dispatch)(int argc, char **argv, struct cli_error *error), int argc,
                char **argv);

#endif
