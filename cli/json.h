// JSON on stdout, through cJSON. A lost allocation gives NULL items, which cJSON passes through; printing
// then fails and says so.
#ifndef MOGRAPH_CLI_JSON_H
#define MOGRAPH_CLI_JSON_H

#include "cli/error.h"

#include <cjson/cJSON.h>

// Prints the document and a newline, frees it.
bool json_print_and_delete(cJSON *document, struct cli_error *error);

#endif
