// Files as bytes.
#ifndef MOGRAPH_CLI_MEDIA_FILE_H
#define MOGRAPH_CLI_MEDIA_FILE_H

#include "cli/error.h"

#include <stddef.h>
#include <stdint.h>

// A file's bytes; the caller frees *bytes. At most 512 MB.
bool file_load(const char *path, uint8_t **bytes, size_t *size, struct cli_error *error);

#endif
