// The one place where stb_image_write is compiled; its warnings are not ours.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "cli/media/buffer.h"
#include "cli/media/write.h"

#include <limits.h>

static void add_piece(void *user, void *bytes, int size) {
    buffer_add(user, bytes, (size_t)size);
}

bool png_encode(const uint8_t *rgb, uint32_t height, uint32_t width, uint8_t **bytes, size_t *size,
                struct media_error *error) {
    *bytes = NULL;
    *size = 0;
    // stb_image_write counts bytes in int.
    if (width == 0 || height == 0 || (uint64_t)height * (3 * (uint64_t)width + 1) > INT_MAX / 2)
        return media_fail(error, NULL, "%ux%u pixels do not fit in one PNG", width, height);
    struct buffer buffer = {0};
    int ok = stbi_write_png_to_func(add_piece, &buffer, (int)width, (int)height, 3, rgb, (int)width * 3);
    if (!ok || buffer.failed) {
        free(buffer.bytes);
        return media_fail(error, NULL, "no memory for a PNG of %ux%u", width, height);
    }
    *bytes = buffer.bytes;
    *size = buffer.size;
    return true;
}
