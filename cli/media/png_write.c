// Writes a clip as one PNG sheet, or as a folder with one PNG a frame.
#include "cli/media/output.h"
#include "cli/media/write.h"
#include "runtime/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool png_write(const char *path, const uint8_t *rgb, uint32_t height, uint32_t width, const char *comment,
               bool force, struct cli_error *error) {
    uint8_t *bytes;
    size_t size;
    if (!png_encode(rgb, height, width, comment, &bytes, &size, error))
        return false;
    bool ok = output_file(path, bytes, size, force, error);
    free(bytes);
    return ok;
}

// Columns that make the sheet about as wide as high.
static uint32_t sheet_columns(const struct clip *clip) {
    double square = sqrt((double)clip->frames * clip->height / clip->width);
    uint32_t columns = (uint32_t)lround(square);
    return columns < 1 ? 1 : columns > clip->frames ? clip->frames : columns;
}

static void place_frame(const struct clip *clip, uint32_t t, uint32_t columns, uint8_t *sheet) {
    size_t row_bytes = (size_t)clip->width * 3;
    uint8_t *corner = sheet + (t / columns) * clip_frame_bytes(clip) * columns + (t % columns) * row_bytes;
    for (uint32_t y = 0; y < clip->height; y++)
        memcpy(corner + y * row_bytes * columns, clip_frame_at(clip, t) + y * row_bytes, row_bytes);
}

bool png_sheet_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    uint32_t columns = sheet_columns(clip), rows = (uint32_t)rt_div_up(clip->frames, columns);
    uint8_t *sheet = calloc((size_t)rows * columns, clip_frame_bytes(clip));
    if (sheet == NULL)
        return cli_fail(error, path, "no memory for a sheet of %u frames", clip->frames);
    for (uint32_t t = 0; t < clip->frames; t++)
        place_frame(clip, t, columns, sheet);
    bool ok = png_write(path, sheet, rows * clip->height, columns * clip->width, clip->comment, force, error);
    free(sheet);
    return ok;
}

bool png_folder_write(const struct clip *clip, const char *path, bool force, struct cli_error *error) {
    struct output folder;
    if (!output_begin(&folder, path, true, force, error))
        return false;
    bool ok = true;
    for (uint32_t t = 0; ok && t < clip->frames; t++) {
        char name[32], file[PATH_CAPACITY];
        snprintf(name, sizeof name, "%04u.png", t + 1);
        ok = path_join(file, folder.atomic.temporary, name, error) &&
             png_write(file, clip_frame_at(clip, t), clip->height, clip->width, clip->comment, false, error);
    }
    if (ok)
        return output_commit(&folder, error);
    output_discard(&folder);
    return false;
}
