// Opening what a user names, for reading. Only plain files: to open a pipe is to wait for its other end, and
// to open a device may be to act on it.
#ifndef MOGRAPH_MODEL_FILES_PLAIN_FILE_H
#define MOGRAPH_MODEL_FILES_PLAIN_FILE_H

#include <stdint.h>

// What `path` is where it is neither a plain file nor a folder: "a pipe", "a device", "a socket". NULL
// otherwise, and where nothing is there. Nothing is opened.
const char *plain_file_obstacle(const char *path);

// The file's descriptor. -1 when it is no plain file, with what it is in *obstacle (also "a folder"), or when
// it cannot be opened, with NULL there and errno set.
int plain_file_open(const char *path, uint64_t *size_bytes, const char **obstacle);

#endif
