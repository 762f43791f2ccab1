// A growing array of bytes for encoders that write piece by piece.
#ifndef MOGRAPH_CLI_MEDIA_BUFFER_H
#define MOGRAPH_CLI_MEDIA_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Zero-initialise; free(bytes) when done. Once memory has run out,
// `failed` stays set and nothing more is added.
struct buffer {
    uint8_t *bytes;
    size_t size, capacity;
    bool failed;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t size);

#endif
