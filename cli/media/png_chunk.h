// The chunks of a PNG: length, type, data, checksum (PNG specification, section 5.3).
#ifndef MOGRAPH_CLI_MEDIA_PNG_CHUNK_H
#define MOGRAPH_CLI_MEDIA_PNG_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

enum { PNG_SIGNATURE_BYTES = 8, PNG_CHUNK_FRAME = 12 }; // of a chunk, besides its data

struct png_chunk {
    const uint8_t *type; // 4 letters; the data follow, then the checksum
    const uint8_t *data;
    uint32_t size; // of the data
};

// The chunk at *at, which moves behind it. False when the bytes end before the chunk does.
bool png_next_chunk(const uint8_t *bytes, size_t size, size_t *at, struct png_chunk *chunk);
bool png_chunk_is(const struct png_chunk *chunk, const char *type);
// Whether the checksum is right.
bool png_chunk_intact(const struct png_chunk *chunk);

// Whether a PNG is an animation by its content: an acTL chunk before the picture.
bool png_is_animated(const uint8_t *bytes, size_t size);

uint32_t png_number(const uint8_t bytes[4]);
uint32_t png_checksum(const uint8_t *bytes, size_t size);

#endif
