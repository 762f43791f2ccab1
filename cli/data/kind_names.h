// What a kind may be called. Its name goes into folders, manifest.json, weights, pages and command lines, so
// it is UTF-8 without control characters, and no two differ in nothing but case: Windows and macOS would make
// them one.
#ifndef MOGRAPH_CLI_DATA_KIND_NAMES_H
#define MOGRAPH_CLI_DATA_KIND_NAMES_H

#include "cli/error.h"

#include <stdint.h>

// A folder's name without the dots that would hide it; "clips" when nothing is left.
const char *kind_name_of_folder(const char *base);

// `where` is named by the error: the kind's folder, or the data set.
bool kind_name_check(const char *name, const char *where, struct cli_error *error);
bool kind_names_check(const char *const *names, uint32_t count, const char *where, struct cli_error *error);

#endif
