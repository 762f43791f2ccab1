// The table of all commands.
#include "cli/commands.h"

#include <string.h>

#define COMMAND(name) extern const struct command cmd_##name;
#include "cli/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "cli/commands.def"
#undef COMMAND
};

const int command_count = sizeof commands / sizeof commands[0];

bool command_is_group(const char *word) {
    size_t length = strlen(word);
    for (int i = 0; i < command_count; i++)
        if (strncmp(commands[i]->name, word, length) == 0 && commands[i]->name[length] == ' ')
            return true;
    return false;
}
