// A command: its name, its options and what it does. One table per command;
// parsing and help both follow from it.
#ifndef MOGRAPH_CLI_COMMAND_H
#define MOGRAPH_CLI_COMMAND_H

#include "cli/error.h"
#include "cli/options/options.h"

enum { CLI_ANY_COUNT = 1 << 20 }; // max_args of a command that takes any number

struct command {
    const char *name;    // one or two words: "devices", "bench kernels"; "" where the program is the command
    const char *program; // whose command it is; NULL: mograph's
    const char *summary; // one line for the list of commands, lower case, no full stop
    const char *text; // what a reader of `--help` needs beyond the options, newline at its end; may be NULL
    const char *args; // positional arguments as help shows them, "CLIP..."; NULL when there are none
    int min_args, max_args;
    const struct option *options; // ends with a row without a name; may be NULL
    size_t values_size;           // of the struct that the options fill
    size_t given; // offset in it of a uint64_t, bit i of which says that option i was given; 0: none
    // `values` points at that struct, defaults filled in; args[0..arg_count) are the positional arguments.
    // False with one line in *error, which main.c prints; *error says the exit status, also of what was done
    // but for a part (CLI_PARTLY) or ended by a signal.
    bool (*run)(const void *values, char **args, int arg_count, struct cli_error *error);
};

// What its help calls it: "mograph bench kernels".
void command_words(const struct command *command, char *text, size_t size);
// Reads the options in argv, then shows help or runs the command.
bool command_run(const struct command *command, int argc, char **argv, struct cli_error *error);

// `--device D`, the same in every command that works on one, to stand in braces; `field` is a const char *.
#define DEVICE_HELP                                                                                          \
    "index, UUID or part of a name, as `mograph devices` lists them "                                        \
    "(default: MOGRAPH_DEVICE, or else the fastest kind)"
#define OPTION_DEVICE(type, field)                                                                           \
    OPTION_FIELD(type, field), .name = "device", .value = "D", .help = DEVICE_HELP

// `--no-tune`, of every command whose time goes to convolutions; `field` is a bool. See cli_device_tune.
#define OPTION_NO_TUNE(type, field)                                                                          \
    OPTION_FIELD(type, field),                                                                               \
        .name = "no-tune",                                                                                   \
        .help =                                                                                              \
            "on a GPU, take the usual shapes of kernels, without timing others; the results are the same"

// `--json`; `field` is a bool.
#define OPTION_JSON(type, field)                                                                             \
    OPTION_FIELD(type, field), .name = "json", .help = "print JSON instead of a table"

#endif
