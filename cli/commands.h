// Every command there is, for what lists them: help, the manual page, shell completions.
#ifndef MOGRAPH_CLI_COMMANDS_H
#define MOGRAPH_CLI_COMMANDS_H

#include "cli/command.h"

// In the order of `mograph --help`.
extern const struct command *const commands[];
extern const int command_count;

// Whether `word` is the first of two that name a command: "bench", "dataset".
bool command_is_group(const char *word);

#endif
