// An option table's values as a JSON object and back: what --config reads is what a run's config.json holds.
// Names are the options' long names; flags are true or false, numbers numbers, the rest strings.
#ifndef MOGRAPH_CLI_OPTIONS_OPTIONS_JSON_H
#define MOGRAPH_CLI_OPTIONS_OPTIONS_JSON_H

#include "cli/options/options.h"

#include <cjson/cJSON.h>

// The caller owns the object. Options that are NULL strings are left out, and those in `without`, a list of
// names that ends with NULL.
cJSON *options_to_json(const struct option *options, const void *values, const char *const *without);

// Sets the options that the object holds, except those of `given` (see options_parse),
// which the command line has decided. Unknown names, wrong types and bad values are
// refused with the name. Strings point into `object`.
bool options_from_json(const struct option *options, const cJSON *object, uint64_t given, void *values,
                       struct cli_error *error);

// Reads a file that holds one JSON object, NULL with one line in *error. The caller deletes it.
cJSON *json_file_read(const char *path, struct cli_error *error);

#endif
