// Walks the chunks of a PNG.
#include "cli/media/png_chunk.h"

#include <string.h>

uint32_t png_number(const uint8_t bytes[4]) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// ISO 3309, as the PNG specification's annex D has it, bit by bit.
uint32_t png_checksum(const uint8_t *bytes, size_t size) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
}

bool png_next_chunk(const uint8_t *bytes, size_t size, size_t *at, struct png_chunk *chunk) {
    if (size < PNG_CHUNK_FRAME || *at > size - PNG_CHUNK_FRAME)
        return false;
    uint32_t length = png_number(bytes + *at);
    if (length > size - PNG_CHUNK_FRAME - *at)
        return false;
    *chunk = (struct png_chunk){bytes + *at + 4, bytes + *at + 8, length};
    *at += PNG_CHUNK_FRAME + (size_t)length;
    return true;
}

bool png_chunk_is(const struct png_chunk *chunk, const char *type) {
    return memcmp(chunk->type, type, 4) == 0;
}

bool png_chunk_intact(const struct png_chunk *chunk) {
    return png_checksum(chunk->type, 4 + (size_t)chunk->size) == png_number(chunk->data + chunk->size);
}

bool png_is_animated(const uint8_t *bytes, size_t size) {
    struct png_chunk chunk;
    for (size_t at = PNG_SIGNATURE_BYTES; png_next_chunk(bytes, size, &at, &chunk);)
        if (png_chunk_is(&chunk, "acTL") || png_chunk_is(&chunk, "IDAT") || png_chunk_is(&chunk, "IEND"))
            return png_chunk_is(&chunk, "acTL");
    return false;
}
