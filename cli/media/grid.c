// Lays several clips out side by side, with names in the margin.
#include "cli/media/grid.h"

#include "cli/media/label.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 2, NAME_SHADE = 200 };

// Where things lie, in pixels of the result.
struct layout {
    uint32_t cell_width, cell_height; // scaled
    uint32_t left, top;               // margins for names
    uint32_t width, height;
};

static uint32_t widest(const char *const *names, uint32_t count) {
    uint32_t width = 0;
    for (uint32_t i = 0; names != NULL && i < count; i++)
        if (names[i] != NULL && label_width(names[i], NAME_SIZE) > width)
            width = label_width(names[i], NAME_SIZE);
    return width;
}

static struct layout lay_out(const struct grid *grid, uint32_t height, uint32_t width) {
    uint32_t scale = grid->scale > 0 ? grid->scale : 1, names = widest(grid->row_names, grid->rows);
    struct layout l = {.cell_width = width * scale, .cell_height = height * scale};
    uint32_t limit = l.cell_width > 240 ? l.cell_width : 240; // of the margin
    l.left = names > 0 ? (names < limit ? names : limit) + 2 * NAME_SIZE : 0;
    l.top = widest(grid->column_names, grid->columns) > 0 ? (LABEL_HEIGHT + 2) * NAME_SIZE : 0;
    l.width = l.left + grid->columns * (l.cell_width + grid->gap) + grid->gap;
    l.height = l.top + grid->rows * (l.cell_height + grid->gap) + grid->gap;
    return l;
}

static uint32_t cell_x(const struct grid *grid, const struct layout *l, uint32_t column) {
    return l->left + grid->gap + column * (l->cell_width + grid->gap);
}

static uint32_t cell_y(const struct grid *grid, const struct layout *l, uint32_t row) {
    return l->top + grid->gap + row * (l->cell_height + grid->gap);
}

static void draw_names(const struct grid *grid, const struct layout *l, uint8_t *rgb) {
    uint32_t name_height = LABEL_HEIGHT * NAME_SIZE;
    uint32_t below = l->cell_height > name_height ? (l->cell_height - name_height) / 2 : 0; // a cell's edge
    for (uint32_t i = 0; grid->column_names != NULL && i < grid->columns; i++)
        if (grid->column_names[i] != NULL)
            label_draw(rgb, l->height, l->width, cell_x(grid, l, i), NAME_SIZE, grid->column_names[i],
                       NAME_SIZE, l->cell_width, NAME_SHADE);
    for (uint32_t i = 0; grid->row_names != NULL && i < grid->rows; i++)
        if (grid->row_names[i] != NULL)
            label_draw(rgb, l->height, l->width, NAME_SIZE, cell_y(grid, l, i) + below, grid->row_names[i],
                       NAME_SIZE, l->left - NAME_SIZE, NAME_SHADE);
}

// One frame of one clip, each pixel `scale` times each way.
static void draw_cell(const struct layout *l, uint8_t *rgb, uint32_t x0, uint32_t y0, const uint8_t *frame,
                      uint32_t width, uint32_t scale) {
    for (uint32_t y = 0; y < l->cell_height; y++) {
        const uint8_t *from = frame + (size_t)(y / scale) * width * 3;
        uint8_t *to = rgb + ((size_t)(y0 + y) * l->width + x0) * 3;
        for (uint32_t x = 0; x < l->cell_width; x++)
            memcpy(to + 3 * (size_t)x, from + 3 * (size_t)(x / scale), 3);
    }
}

void grid_size(const struct grid *grid, uint32_t height, uint32_t width, uint32_t *out_height,
               uint32_t *out_width) {
    struct layout l = lay_out(grid, height, width);
    *out_height = l.height;
    *out_width = l.width;
}

bool grid_check(const struct grid *grid, uint32_t frames, uint32_t height, uint32_t width,
                struct cli_error *error) {
    struct layout l = lay_out(grid, height, width);
    // Wider than 32 bits can say is too large, too.
    uint64_t scale = grid->scale > 0 ? grid->scale : 1;
    uint64_t across = grid->columns * (width * scale + grid->gap),
             down = grid->rows * (height * scale + grid->gap);
    return clip_limits_check(&clip_memory_limits, NULL, across > UINT32_MAX / 2 ? across : l.width,
                             down > UINT32_MAX / 2 ? down : l.height, frames, error);
}

void grid_fit(struct grid *grid, struct grid_steps by, uint32_t frames, uint32_t height, uint32_t width) {
    struct cli_error ignored;
    while (!grid_check(grid, frames, height, width, &ignored)) {
        // The longer side first, so that what is left is about as wide as high.
        bool high = (uint64_t)grid->rows * height > (uint64_t)grid->columns * width;
        bool rows = by.rows > 0 && grid->rows > by.rows,
             columns = by.columns > 0 && grid->columns > by.columns;
        if (rows && (high || !columns))
            grid->rows -= by.rows;
        else if (columns)
            grid->columns -= by.columns;
        else
            return;
    }
}

bool grid_compose(const struct grid *grid, uint32_t frames, uint32_t height, uint32_t width,
                  const uint8_t *rgb, uint32_t count, struct clip *out, struct cli_error *error) {
    struct layout l = lay_out(grid, height, width);
    uint32_t scale = grid->scale > 0 ? grid->scale : 1;
    size_t frame_bytes = (size_t)height * width * 3;
    *out = (struct clip){0};
    if (!grid_check(grid, frames, height, width, error) ||
        !clip_create(out, frames, l.height, l.width, error))
        return false;
    for (uint32_t f = 0; f < frames; f++) {
        uint8_t *to = clip_frame_at(out, f);
        memset(to, grid->shade, clip_frame_bytes(out));
        draw_names(grid, &l, to);
        for (uint32_t i = 0; i < count && i < grid->columns * grid->rows; i++)
            draw_cell(&l, to, cell_x(grid, &l, i % grid->columns), cell_y(grid, &l, i / grid->columns),
                      rgb + ((size_t)i * frames + f) * frame_bytes, width, scale);
    }
    return true;
}
