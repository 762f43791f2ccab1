// A command line written down again, for what keeps a record of how it was made.
#ifndef MOGRAPH_CLI_OPTIONS_OPTIONS_TEXT_H
#define MOGRAPH_CLI_OPTIONS_OPTIONS_TEXT_H

#include "cli/options/options.h"

// Writes "START ARG... --option value ..." into text, where START is "mograph morph": the arguments, then the
// options of `given` (see options_parse), except those of `without`, a list of names that ends with NULL.
// Folders are left out of arguments and texts, so that a record says nothing about the machine; what a shell
// would take apart is quoted. What does not fit is cut.
void options_to_text(const char *start, const struct option *options, const void *values, uint64_t given,
                     const char *const *without, char *const *args, int arg_count, char *text, size_t size);

#endif
