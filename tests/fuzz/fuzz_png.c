// Fuzzes the PNG reader.
#include "tests/fuzz/fuzz_media.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    return fuzz_read(png_read, bytes, size);
}
