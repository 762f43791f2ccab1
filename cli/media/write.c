// Chooses the writer of a clip by the extension.
#include "cli/media/write.h"

#include "cli/media/output.h"
#include "cli/media/paths.h"

#include <stdlib.h>
#include <string.h>

typedef bool (*clip_encoder)(const struct clip *clip, uint8_t **bytes, size_t *size, struct cli_error *error);
typedef bool (*clip_writer)(const struct clip *clip, const char *path, bool force, struct cli_error *error);

static bool encode_to(clip_encoder encode, const struct clip *clip, const char *path, bool force,
                      struct cli_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!encode(clip, &bytes, &size, error))
        return false;
    bool ok = output_file(path, bytes, size, force, error);
    free(bytes);
    return ok;
}

static bool gif_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    return encode_to(gif_encode, clip, path, force, error);
}

static bool webp_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    return encode_to(webp_encode, clip, path, force, error);
}

static const struct {
    const char *extension;
    clip_writer write;
} writers[] = {
    {".gif", gif_write},   {".webp", webp_write}, {".png", png_sheet_write},
    {".mp4", video_write}, {".mov", video_write}, {".webm", video_write},
};

static bool choose_writer(const char *path, clip_writer *write, struct cli_error *error) {
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (path_has_extension(path, writers[i].extension)) {
            *write = writers[i].write;
            return true;
        }
    *write = png_folder_write;
    const char *base = path_base(path);
    if (base[0] == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return cli_fail(error, path, "name the file to write: " CLIP_WRITE_FORMATS);
    return strchr(base, '.') == NULL ||
           cli_fail(error, path, "cannot write this kind of file; choose " CLIP_WRITE_FORMATS);
}

bool clip_write_check(const char *path, bool force, struct cli_error *error) {
    clip_writer write;
    struct output output;
    if (!choose_writer(path, &write, error))
        return false;
    output_sweep(path);
    if (!output_begin(&output, path, write == png_folder_write, force, error))
        return false;
    output_discard(&output);
    return true;
}

bool clip_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    clip_writer write;
    return choose_writer(path, &write, error) && write(clip, path, force, error);
}

bool clip_format_check(const char *path, uint32_t frames, uint32_t height, uint32_t width, double fps,
                       struct cli_error *error) {
    clip_writer write;
    return choose_writer(path, &write, error) &&
           clip_limits_check(&clip_memory_limits, path, width, height, frames, error) &&
           (write != video_write || video_check(path, height, width, fps, error));
}
