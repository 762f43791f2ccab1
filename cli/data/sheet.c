// The contact sheet: what a data set looks like, at a glance.
#include "cli/data/make.h"
#include "cli/data/scan.h"
#include "cli/media/label.h"
#include "cli/media/read.h"
#include "cli/media/resample.h"
#include "cli/media/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_KINDS = 24, CLIPS = 2, MOMENTS = 5, CELL = 128, GAP = 4, LABEL = 110, LABEL_SIZE = 2 };

struct sheet {
    uint32_t height, width;
    uint8_t *rgb; // [height][width][3]
};

// Names longer than the margin are cut.
static void draw_label(struct sheet *sheet, uint32_t top, const char *name) {
    label_draw(sheet->rgb, sheet->height, sheet->width, GAP, top, name, LABEL_SIZE, LABEL - 2 * GAP, 200);
}

static bool draw_clip(struct sheet *sheet, const char *path, uint32_t row, uint32_t column,
                      struct cli_error *error) {
    struct clip clip;
    struct resampler resampler = {0};
    static const uint32_t stride = CELL + GAP;
    if (!clip_read(path, &clip, error))
        return false;
    uint8_t cell[CELL * CELL * 3];
    bool ok = resampler_init(&resampler, clip.height, clip.width, CELL, CELL, CLIP_FIT_PAD);
    for (uint32_t i = 0; ok && i < MOMENTS; i++) {
        uint32_t t = (uint32_t)(((2 * (uint64_t)i + 1) * clip.frames) / (2 * MOMENTS));
        resampler_frame(&resampler, clip_frame_at(&clip, t), cell);
        uint8_t *corner =
            sheet->rgb + ((size_t)row * stride * sheet->width + LABEL + (column + i) * stride) * 3;
        for (uint32_t y = 0; y < CELL; y++)
            memcpy(corner + (size_t)y * sheet->width * 3, cell + (size_t)y * CELL * 3, CELL * 3);
    }
    resampler_finish(&resampler);
    clip_destroy(&clip);
    return ok || cli_fail(error, path, "no memory for the contact sheet");
}

static bool draw_kind(struct sheet *sheet, const struct data_set *set, uint32_t kind,
                      struct cli_error *error) {
    uint32_t drawn = 0;
    draw_label(sheet, kind * (CELL + GAP) + CELL / 2 - 8, set->kinds[kind]);
    for (uint32_t i = 0; i < set->clip_count && drawn < CLIPS; i++)
        if (set->clips[i].kind == kind) {
            if (!draw_clip(sheet, set->clips[i].path, kind, MOMENTS * drawn, error))
                return false;
            drawn++;
        }
    return true;
}

static bool draw_sheet(const struct data_set *set, const char *path, struct cli_error *error) {
    uint32_t rows = set->kind_count < MAX_KINDS ? set->kind_count : MAX_KINDS;
    struct sheet sheet = {rows * (CELL + GAP) - GAP, LABEL + CLIPS * MOMENTS * (CELL + GAP) - GAP, NULL};
    sheet.rgb = malloc((size_t)sheet.height * sheet.width * 3);
    if (sheet.rgb == NULL)
        return cli_fail(error, path, "no memory for the contact sheet");
    memset(sheet.rgb, 24, (size_t)sheet.height * sheet.width * 3);
    bool ok = true;
    for (uint32_t kind = 0; ok && kind < rows; kind++)
        ok = draw_kind(&sheet, set, kind, error);
    ok = ok && png_write(path, sheet.rgb, sheet.height, sheet.width, NULL, true, error);
    free(sheet.rgb);
    return ok;
}

bool data_sheet_write(const char *folder, struct cli_error *error) {
    struct data_set set;
    char path[PATH_CAPACITY];
    if (!path_join(path, folder, "sheet.png", error) || !data_set_scan(&set, folder, error))
        return false;
    bool ok = draw_sheet(&set, path, error);
    data_set_destroy(&set);
    return ok;
}
