// Whether there is memory for what a command is about to hold: asked before the work that would fill it.
#ifndef MOGRAPH_CLI_MEMORY_H
#define MOGRAPH_CLI_MEMORY_H

#include "cli/error.h"

#include <stdint.h>

// False with "out of memory for WHAT: 2.9 GiB are needed, 1.2 GiB are free" when `bytes` are more than the
// machine has free, or than the process may have (ulimit -v). Another process may still be faster.
bool memory_check(uint64_t bytes, const char *what, struct cli_error *error);

#endif
