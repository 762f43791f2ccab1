// A command: its name, its options and what it does. One table per command;
// parsing and help both follow from it.
#ifndef MOGRAPH_CLI_COMMAND_H
#define MOGRAPH_CLI_COMMAND_H

#include "cli/options/options.h"

// Exit statuses besides 0.
enum {
    CLI_FAILED = 1, // the work failed; one line on stderr says why
    CLI_USAGE = 2,  // the command line was wrong
    CLI_PARTLY = 3, // done, but some of the input was skipped; a line on stderr names each part
};

enum { CLI_ANY_COUNT = 1 << 20 }; // max_args of a command that takes any number

struct command {
    const char *name;    // one or two words: "devices", "bench kernels"
    const char *summary; // one line for the list of commands, lower case, no full stop
    const char *text; // what a reader of `--help` needs beyond the options, newline at its end; may be NULL
    const char *args; // positional arguments as help shows them, "CLIP..."; NULL when there are none
    int min_args, max_args;
    const struct option *options; // ends with a row without a name; may be NULL
    size_t values_size;           // of the struct that the options fill
    size_t given; // offset in it of a uint64_t, bit i of which says that option i was given; 0: none
    // `values` points at that struct, defaults filled in; args[0..arg_count) are the positional arguments.
    // Returns the exit status; a failure has been reported by then.
    int (*run)(const void *values, char **args, int arg_count);
};

// Prints one line on stderr, "mograph: ...", and returns CLI_FAILED.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int cli_fail(const char *format, ...);

// The same for a wrong command line: returns CLI_USAGE.
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
int cli_usage(const char *format, ...);

// `--device D`, the same in every command that works on one; `field` is a const char *.
#define OPTION_DEVICE(type, field)                                                                           \
    {                                                                                                        \
        OPTION_FIELD(type, field), .name = "device", .value = "D",                                           \
                                   .help = "index, UUID or part of a name, as `mograph devices` lists them " \
                                           "(default: MOGRAPH_DEVICE, or else the fastest kind)"             \
    }

// `--json`; `field` is a bool.
#define OPTION_JSON(type, field)                                                                             \
    { OPTION_FIELD(type, field), .name = "json", .help = "print JSON instead of a table" }

#endif
