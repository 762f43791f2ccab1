// Fuzzes the WebP reader.
#include "tests/fuzz/fuzz_media.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    return fuzz_read(webp_read, bytes, size);
}
