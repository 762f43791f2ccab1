// Reads a PNG, or a folder of them.
#include "cli/media/file.h"
#include "cli/media/formats.h"
#include "cli/media/paths.h"
#include "cli/media/png_chunk.h"
#include "cli/media/png_decode.h"

#include <stdlib.h>
#include <string.h>

bool png_read(const char *path, const uint8_t *bytes, size_t size, const struct clip_limits *limits,
              struct clip_sink sink, struct cli_error *error) {
    struct png_picture picture;
    error->text[0] = '\0';
    if (png_is_animated(bytes, size))
        return apng_read(path, bytes, size, limits, sink, error);
    if (!png_decode(path, bytes, size, false, limits, &picture, error))
        return false;
    clip_over_black(picture.rgba, picture.rgba, (size_t)picture.height * picture.width);
    struct clip_frame frame = {picture.height, picture.width, picture.rgba, CLIP_DEFAULT_MS};
    enum sink_verdict verdict = sink.frame(sink.user, &frame, error);
    free(picture.rgba);
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
        bool ok =
            !png_is_animated(bytes, size)
                ? png_read(path, bytes, size, limits, (struct clip_sink){pass_same_size, &same}, error)
                : cli_fail(error, path,
                           "an animation among the pictures of one; a folder's PNGs are one frame each");
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
