// Reads a PNG, or a folder of them, through libspng.
#include "cli/media/file.h"
#include "cli/media/formats.h"
#include "cli/media/paths.h"

#include <spng.h>
#include <stdlib.h>
#include <string.h>

// Metadata is not read; this bounds what a file can make libspng keep.
#define MAX_CHUNK_BYTES ((size_t)4 << 20)

static void over_black_in_place(uint8_t *pixels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t rgb[3];
        for (size_t c = 0; c < 3; c++)
            rgb[c] = (uint8_t)((pixels[4 * i + c] * pixels[4 * i + 3] + 127) / 255);
        memcpy(pixels + 3 * i, rgb, 3);
    }
}

// The caller frees *rgb.
static bool decode(const char *path, spng_ctx *ctx, const struct clip_limits *limits, uint8_t **rgb,
                   struct spng_ihdr *header, struct cli_error *error) {
    int code = spng_get_ihdr(ctx, header);
    if (code != 0)
        return cli_fail(error, path, "damaged PNG: %s", spng_strerror(code));
    if (!clip_limits_check(limits, path, header->width, header->height, 1, error))
        return false;
    size_t pixels = (size_t)header->width * header->height;
    *rgb = malloc(pixels * 4);
    if (*rgb == NULL)
        return cli_fail(error, path, "no memory for its picture");
    code = spng_decode_image(ctx, *rgb, pixels * 4, SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
    if (code == 0)
        code = spng_decode_chunks(ctx); // to the end: a file that stops behind its pixels is cut short, too
    if (code != 0)
        return cli_fail(error, path, "damaged PNG: %s", spng_strerror(code));
    over_black_in_place(*rgb, pixels);
    return true;
}

static bool decode_bytes(const char *path, const uint8_t *bytes, size_t size,
                         const struct clip_limits *limits, uint8_t **rgb, struct spng_ihdr *header,
                         struct cli_error *error) {
    *rgb = NULL;
    spng_ctx *ctx = spng_ctx_new(0);
    if (ctx == NULL)
        return cli_fail(error, path, "no memory for a PNG reader");
    spng_set_chunk_limits(ctx, MAX_CHUNK_BYTES, MAX_CHUNK_BYTES);
    spng_set_png_buffer(ctx, bytes, size);
    bool ok = decode(path, ctx, limits, rgb, header, error);
    spng_ctx_free(ctx);
    if (!ok) {
        free(*rgb);
        *rgb = NULL;
    }
    return ok;
}

bool png_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
              struct clip_sink sink, struct cli_error *error) {
    uint8_t *rgb;
    struct spng_ihdr header;
    error->text[0] = '\0';
    if (!decode_bytes(path, bytes, size, limits, &rgb, &header, error))
        return false;
    struct clip_frame frame = {header.height, header.width, rgb, CLIP_DEFAULT_MS};
    enum sink_verdict verdict = sink.frame(sink.user, &frame, error);
    free(rgb);
    return verdict != SINK_FAILED;
}

// Between a folder's pictures and the caller's sink: all must have the size of the first.
struct same_size {
    struct clip_sink sink;
    const char *path;
    uint32_t height, width; // 0 before the first
    enum sink_verdict verdict;
};

static enum sink_verdict pass_same_size(void *user, const struct clip_frame *frame, struct cli_error *error) {
    struct same_size *same = user;
    if (same->width == 0) {
        same->height = frame->height;
        same->width = frame->width;
    }
    if (frame->height != same->height || frame->width != same->width) {
        cli_fail(error, same->path, "%ux%u, but the first picture of its folder is %ux%u; all must be alike",
                 frame->width, frame->height, same->width, same->height);
        return same->verdict = SINK_FAILED;
    }
    return same->verdict = same->sink.frame(same->sink.user, frame, error);
}

static bool read_listed(const char *folder, const struct path_list *list, const struct clip_limits *limits,
                        struct clip_sink sink, struct cli_error *error) {
    struct same_size same = {.sink = sink, .verdict = SINK_MORE};
    uint32_t frames = 0;
    for (size_t i = 0; i < list->count && same.verdict == SINK_MORE; i++) {
        char path[PATH_CAPACITY];
        uint8_t *bytes;
        size_t size;
        if (!path_has_extension(list->names[i], ".png"))
            continue;
        if (!path_join(path, folder, list->names[i], error) || !file_load(path, &bytes, &size, error))
            return false;
        same.path = path;
        bool ok = png_read(path, bytes, size, limits, (struct clip_sink){pass_same_size, &same}, error);
        free(bytes);
        if (!ok || !clip_limits_check(limits, folder, same.width, same.height, ++frames, error))
            return false;
    }
    return frames > 0 ||
           cli_fail(error, folder,
                    "the folder holds no PNG; a clip is a file, or a folder with a PNG a frame");
}

bool png_folder_read(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                     struct cli_error *error) {
    struct path_list list;
    error->text[0] = '\0';
    if (!path_list_read(&list, path, error))
        return false;
    bool ok = read_listed(path, &list, limits, sink, error);
    path_list_destroy(&list);
    return ok;
}
