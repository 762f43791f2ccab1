// Fuzzes the PNG reader: the bytes as they are, and once more with every checksum made right.
#include "cli/media/png_chunk.h"
#include "tests/fuzz/fuzz_media.h"

#include <string.h>

static void mend_checksums(uint8_t *bytes, size_t size) {
    struct png_chunk chunk;
    for (size_t at = PNG_SIGNATURE_BYTES; png_next_chunk(bytes, size, &at, &chunk);) {
        uint32_t sum = png_checksum(chunk.type, 4 + (size_t)chunk.size);
        for (size_t i = 0; i < 4; i++)
            bytes[at - 4 + i] = (uint8_t)(sum >> (24 - 8 * i));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    fuzz_read(png_read, bytes, size);
    uint8_t *copy = malloc(size ? size : 1);
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, bytes, size);
    mend_checksums(copy, size);
    fuzz_read(png_read, copy, size);
    free(copy);
    return 0;
}
