// Decodes one picture through libspng.
#include "cli/media/png_decode.h"

#include <spng.h>
#include <stdlib.h>

// Metadata is not read; this bounds what a file can make libspng keep.
#define MAX_CHUNK_BYTES ((size_t)4 << 20)

static bool decode(const char *path, spng_ctx *ctx, const struct clip_limits *limits,
                   struct png_picture *picture, struct cli_error *error) {
    struct spng_ihdr header;
    int code = spng_get_ihdr(ctx, &header);
    if (code != 0)
        return cli_fail(error, path, "damaged PNG: %s", spng_strerror(code));
    if (!clip_limits_check(limits, path, header.width, header.height, 1, error))
        return false;
    size_t bytes = (size_t)header.width * header.height * 4;
    *picture = (struct png_picture){header.height, header.width, malloc(bytes)};
    if (picture->rgba == NULL)
        return cli_fail(error, path, "no memory for its picture");
    code = spng_decode_image(ctx, picture->rgba, bytes, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    if (code == 0)
        code = spng_decode_chunks(ctx); // to the end: a file that stops behind its pixels is cut short, too
    return code == 0 || cli_fail(error, path, "damaged PNG: %s", spng_strerror(code));
}

bool png_decode(const char *path, const uint8_t *bytes, size_t size, bool unchecked,
                const struct clip_limits *limits, struct png_picture *picture, struct cli_error *error) {
    *picture = (struct png_picture){0};
    spng_ctx *ctx = spng_ctx_new(0);
    if (ctx == NULL)
        return cli_fail(error, path, "no memory for a PNG reader");
    spng_set_chunk_limits(ctx, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES);
    if (unchecked)
        spng_set_crc_action(ctx, SPNG_CRC_USE, SPNG_CRC_USE);
    spng_set_png_buffer(ctx, bytes, size);
    bool ok = decode(path, ctx, limits, picture, error);
    spng_ctx_free(ctx);
    if (!ok) {
        free(picture->rgba);
        *picture = (struct png_picture){0};
    }
    return ok;
}
