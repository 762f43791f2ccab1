// Chooses the reader of a clip by its first bytes and its path.
#include "cli/media/read.h"

#include "cli/media/file.h"
#include "cli/media/formats.h"
#include "cli/media/paths.h"
#include "cli/media/png_chunk.h"
#include "model/files/plain_file.h"
#include "runtime/system/folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const own_extensions[] = {".gif", ".webp", ".png", ".apng"};
// What ffmpeg is asked to read. A list, because ffmpeg guesses: it plays a text file as ANSI art.
static const char *const video_extensions[] = {".mp4", ".mov",  ".webm", ".mkv", ".avi", ".m4v",
                                               ".mpg", ".mpeg", ".wmv",  ".flv", ".ogv", ".ts",
                                               ".mts", ".3gp",  ".y4m",  ".mxf", ".gifv"};

static bool has_extension_of(const char *path, const char *const *extensions, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (path_has_extension(path, extensions[i]))
            return true;
    return false;
}

static bool is_video_name(const char *path) {
    return has_extension_of(path, video_extensions, sizeof video_extensions / sizeof *video_extensions);
}

bool clip_name_is_known(const char *path) {
    return is_video_name(path) ||
           has_extension_of(path, own_extensions, sizeof own_extensions / sizeof *own_extensions);
}

// Whether a PNG is an animation; false also for what cannot be looked into: whoever reads it says why.
static bool file_is_animated(const char *path) {
    uint8_t head[PNG_SIGNATURE_BYTES];
    uint64_t size;
    const char *obstacle;
    bool animated = false;
    int fd = plain_file_open(path, &size, &obstacle);
    if (fd < 0)
        return false;
    uint64_t at = 0;
    for (int i = 0; i < 1000 && sys_read_at(fd, head, sizeof head, at) == (ptrdiff_t)sizeof head; i++) {
        // The signature, or the length and the type of a chunk.
        if (i == 0 ? memcmp(head, PNG_SIGNATURE, sizeof head) != 0 : memcmp(head + 4, "IDAT", 4) == 0)
            break;
        animated = i > 0 && memcmp(head + 4, "acTL", 4) == 0;
        if (animated)
            break;
        at += i == 0 ? sizeof head : (uint64_t)png_number(head) + PNG_CHUNK_FRAME;
    }
    sys_close(fd);
    return animated;
}

// Where the first of a folder's PNGs is an animation, they are clips, not the frames of one.
static bool tell_animations(const char *folder, bool *is, struct cli_error *error) {
    char path[PATH_CAPACITY];
    struct path_list list;
    if (!path_list_read(&list, folder, error))
        return false;
    bool ok = list.count == 0 || path_join(path, folder, list.names[0], error);
    if (ok && list.count > 0)
        *is = !file_is_animated(path);
    path_list_destroy(&list);
    return ok;
}

bool clip_is_png_folder(const char *path, bool *is, struct cli_error *error) {
    *is = false;
    if (!path_is_folder(path))
        return true;
    struct sys_folder *folder = sys_folder_open(path);
    if (folder == NULL)
        return cli_fail(error, path, "cannot list the folder: %s", strerror(errno));
    bool all = true;
    for (const char *name; all && (name = sys_folder_next(folder)) != NULL;)
        if (!path_is_passed_over(name))
            *is = all = path_has_extension(name, ".png");
    sys_folder_close(folder);
    return !*is || tell_animations(path, is, error);
}

enum format { FORMAT_UNKNOWN, FORMAT_GIF, FORMAT_WEBP, FORMAT_PNG };

static enum format format_of(const uint8_t head[12]) {
    if (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0)
        return FORMAT_GIF;
    if (memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
        return FORMAT_WEBP;
    if (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
        return FORMAT_PNG;
    return FORMAT_UNKNOWN;
}

static enum format format_of_bytes(const uint8_t *bytes, size_t size) {
    uint8_t head[12] = {0};
    memcpy(head, bytes, size < sizeof head ? size : sizeof head);
    return format_of(head);
}

// Of a file with a video's name. FORMAT_UNKNOWN also when it cannot be opened: whoever opens it next says
// why.
static enum format sniff(const char *path) {
    uint8_t head[12] = {0};
    uint64_t size;
    const char *obstacle;
    int fd = plain_file_open(path, &size, &obstacle);
    if (fd < 0)
        return FORMAT_UNKNOWN;
    ptrdiff_t got = sys_read(fd, head, sizeof head);
    sys_close(fd);
    return got > 0 ? format_of(head) : FORMAT_UNKNOWN;
}

static bool read_bytes(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                       struct cli_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!file_load(path, &bytes, &size, error))
        return false;
    bool ok;
    enum format format = format_of_bytes(bytes, size);
    if (format == FORMAT_GIF)
        ok = gif_read(path, bytes, size, limits, sink, error);
    else if (format == FORMAT_WEBP)
        ok = webp_read(path, bytes, size, limits, sink, error);
    else if (format == FORMAT_PNG)
        ok = png_read(path, bytes, size, limits, sink, error);
    else if (clip_name_is_known(path))
        ok = cli_fail(error, path, "not what its name says: no GIF, WebP or PNG begins like this file");
    else
        ok = cli_fail(error, path, "not a clip: mograph reads GIF, WebP, PNG and the videos ffmpeg reads");
    free(bytes);
    return ok;
}

bool clip_stream(const char *path, const struct clip_limits *limits, struct clip_sink sink,
                 struct cli_error *error) {
    if (path_is_folder(path))
        return png_folder_read(path, limits, sink, error);
    if (is_video_name(path) && sniff(path) == FORMAT_UNKNOWN)
        return video_read(path, limits, sink, error);
    return read_bytes(path, limits, sink, error);
}

bool clip_read(const char *path, struct clip *clip, struct cli_error *error) {
    *clip = (struct clip){0};
    struct clip_collector collector = {.clip = clip, .path = path};
    bool ok = clip_stream(path, &clip_memory_limits, clip_collect(&collector), error);
    if (!ok)
        clip_destroy(clip);
    return ok;
}
