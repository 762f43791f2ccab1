// Options of a command as rows of data: parsing, checking and help follow from them.
#ifndef MOGRAPH_CLI_OPTIONS_OPTIONS_H
#define MOGRAPH_CLI_OPTIONS_OPTIONS_H

#include "cli/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Width, height and frames of a clip: "128x128x32".
struct cli_size {
    uint32_t width, height, frames;
};

enum option_kind {
    OPTION_FLAG,    // bool: no value
    OPTION_INTEGER, // int64_t in [min, max]
    OPTION_NUMBER,  // double in [min, max], finite
    OPTION_STRING,  // const char *, not empty; points into argv
    OPTION_CHOICE,  // int: index into `choices`
    OPTION_SIZE,    // struct cli_size, each side in [min, max]
};

struct option {
    const char *name; // without the dashes
    char letter;      // short form "-o"; 0: none
    enum option_kind kind;
    size_t offset;       // of the field in the command's struct
    const char *value;   // the value's name in help; NULL: one that suits the kind
    const char *help;    // what it does, lower case, no full stop
    const char *initial; // the default, parsed like a value and shown in help; NULL: false, 0, NULL
    double min, max;     // integer, number, size
    const char *choices; // choice: "gif|png|webp"
    // choice: one that there was, and the command that has taken its place; NULL: none
    const char *moved, *moved_to;
};

// Where an option's value goes. The kind follows from the field's type, so the two cannot disagree.
// clang-format off: versions 14 and 19 break a _Generic differently
#define OPTION_FIELD(type, field)                                                                            \
    .kind = _Generic(((type *)0)->field, bool: OPTION_FLAG, int64_t: OPTION_INTEGER, double: OPTION_NUMBER,  \
                     const char *: OPTION_STRING, int: OPTION_CHOICE, struct cli_size: OPTION_SIZE),         \
    .offset = offsetof(type, field)
// clang-format on

// Fills `values` from the defaults, then from argv. Positional arguments are moved to the front of argv, in
// order; *arg_count is their number. Everything behind "--" is positional. *help: --help or -h was given, the
// rest is not judged then. False, with one line in *error, when the command line is wrong. `given` (may be
// NULL) gets bit i set when option i was on the command line.
bool options_parse(const struct option *options, int argc, char **argv, void *values, int *arg_count,
                   bool *help, uint64_t *given, struct cli_error *error);

// Sets one option's value from text, as the command line would. Strings are kept, not copied.
bool option_set(const struct option *option, const char *text, void *values, struct cli_error *error);

// One line or more per option, for help.
void options_print(FILE *out, const struct option *options);

// What help calls an option's value: "FILE", "gif|png"; empty for a flag.
const char *option_value_name(const struct option *option);

// `--help`, which every command has, as a row.
extern const struct option option_help;

// How much two names differ: letters inserted, deleted, replaced or swapped with the next (optimal string
// alignment distance).
unsigned name_distance(const char *a, const char *b);

// Whether `name` is near enough to what was typed to be suggested.
bool name_is_near(const char *typed, const char *name);

#endif
