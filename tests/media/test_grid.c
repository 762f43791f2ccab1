// Grids of clips: every pixel where it belongs, names in the margin and nowhere else.
#include "cli/media/grid.h"
#include "cli/media/label.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

enum { FRAMES = 2, HEIGHT = 3, WIDTH = 5, CLIPS = 5, BYTES = FRAMES * HEIGHT * WIDTH * 3 };

// No two neighbouring numbers are alike, and none is a shade of the background.
static void fill(uint8_t rgb[CLIPS * BYTES]) {
    for (uint32_t i = 0; i < CLIPS * BYTES; i++)
        rgb[i] = (uint8_t)(50 + (i * 37 + i / BYTES) % 200);
}

// What the result must be at (y, x) of its cells' area, which begins at `left`, `top`.
static const uint8_t *expected(const struct grid *grid, const uint8_t *rgb, uint32_t frame, uint32_t y,
                               uint32_t x, uint32_t count) {
    uint32_t scale = grid->scale > 0 ? grid->scale : 1, stride_x = WIDTH * scale + grid->gap,
             stride_y = HEIGHT * scale + grid->gap, column = x / stride_x, row = y / stride_y;
    uint32_t cell = row * grid->columns + column;
    if (x % stride_x < grid->gap || y % stride_y < grid->gap || column >= grid->columns ||
        row >= grid->rows || cell >= count)
        return NULL;
    uint32_t clip_y = (y % stride_y - grid->gap) / scale, clip_x = (x % stride_x - grid->gap) / scale;
    return rgb + ((((size_t)cell * FRAMES + frame) * HEIGHT + clip_y) * WIDTH + clip_x) * 3;
}

// Pixels right and below of `left`, `top` that are not what they must be.
static uint32_t wrong_pixels(const struct grid *grid, const uint8_t *rgb, uint32_t count,
                             const struct clip *out, uint32_t left, uint32_t top) {
    const uint8_t shade[3] = {grid->shade, grid->shade, grid->shade};
    uint32_t wrong = 0;
    for (uint32_t f = 0; f < out->frames; f++)
        for (uint32_t y = top; y < out->height; y++)
            for (uint32_t x = left; x < out->width; x++) {
                const uint8_t *want = expected(grid, rgb, f, y - top, x - left, count);
                const uint8_t *is = clip_frame_at(out, f) + ((size_t)y * out->width + x) * 3;
                wrong += memcmp(is, want != NULL ? want : shade, 3) != 0;
            }
    return wrong;
}

// Pixels of the margin, above `top` or left of `left`, that are not background.
static uint32_t ink(const struct grid *grid, const struct clip *out, uint32_t left, uint32_t top) {
    uint32_t count = 0;
    for (uint32_t y = 0; y < out->height; y++)
        for (uint32_t x = 0; x < out->width; x++)
            if (y < top || x < left)
                count += clip_frame_at(out, 0)[((size_t)y * out->width + x) * 3] != grid->shade;
    return count;
}

static void compose(const struct grid *grid, const uint8_t *rgb, uint32_t count, struct clip *out) {
    struct cli_error error;
    if (!CHECK(grid_compose(grid, FRAMES, HEIGHT, WIDTH, rgb, count, out, &error)))
        exit(1);
}

static void check_pixels(void) {
    static const struct grid grids[] = {
        {.columns = 1, .rows = 1},
        {.columns = 3, .rows = 2, .gap = 2, .shade = 24},
        {.columns = 2, .rows = 2, .gap = 1, .scale = 3, .shade = 7}, // one clip too many: left out
        {.columns = 5, .rows = 1, .scale = 1, .shade = 255},
    };
    uint8_t rgb[CLIPS * BYTES];
    fill(rgb);
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
        const struct grid *g = &grids[i];
        uint32_t scale = g->scale > 0 ? g->scale : 1;
        struct clip out;
        compose(g, rgb, CLIPS, &out);
        CHECK(out.frames == FRAMES);
        CHECK(out.width == g->columns * (WIDTH * scale + g->gap) + g->gap);
        CHECK(out.height == g->rows * (HEIGHT * scale + g->gap) + g->gap);
        CHECK(wrong_pixels(g, rgb, CLIPS, &out, 0, 0) == 0);
        clip_destroy(&out);
    }
}

static void check_names(void) {
    static const char *const columns[] = {"t = 0", NULL, "a long name, cut"};
    static const char *const rows[] = {"gypsy", "fum\xc3\xa9"
                                                "e\x01\t"};
    struct grid grid = {.columns = 3, .rows = 2, .gap = 2, .scale = 4, .shade = 24};
    uint8_t rgb[CLIPS * BYTES];
    struct clip bare, out;
    fill(rgb);
    compose(&grid, rgb, CLIPS, &bare);
    grid.column_names = columns;
    grid.row_names = rows;
    compose(&grid, rgb, CLIPS, &out);
    uint32_t left = out.width - bare.width, top = out.height - bare.height;
    CHECK(left > 0 && top >= LABEL_HEIGHT);
    CHECK(wrong_pixels(&grid, rgb, CLIPS, &out, left, top) == 0);
    CHECK(ink(&grid, &out, left, top) > 50);
    // The second column has no name.
    for (uint32_t x = left + WIDTH * 4 + 2; x < left + 2 * (WIDTH * 4 + 2); x++)
        for (uint32_t y = 0; y < top; y++)
            CHECK(clip_frame_at(&out, 1)[((size_t)y * out.width + x) * 3] == 24);
    clip_destroy(&bare);
    clip_destroy(&out);
}

// A name beside cells that are lower than its letters is there all the same.
static void check_low_cells(void) {
    static const char *const rows[] = {"I"};
    const struct grid grid = {.columns = 1, .rows = 1, .gap = 8, .shade = 24, .row_names = rows};
    uint8_t rgb[CLIPS * BYTES];
    struct clip out;
    fill(rgb);
    compose(&grid, rgb, 1, &out);
    CHECK(ink(&grid, &out, out.width - 2 * 8 - WIDTH, 0) > 0);
    clip_destroy(&out);
}

static void check_limits(void) {
    const struct grid grid = {.columns = 4000, .rows = 1, .scale = 3};
    uint8_t rgb[CLIPS * BYTES];
    struct clip out;
    struct cli_error error = {.text = ""};
    fill(rgb);
    CHECK(!grid_compose(&grid, FRAMES, HEIGHT, WIDTH, rgb, CLIPS, &out, &error));
    CHECK(error.text[0] != '\0');
}

// What can be made is judged without making it, and a picture of too many cells shows fewer.
static void check_fitting(void) {
    struct cli_error error = {.text = ""};
    struct grid grid = {.columns = 6, .rows = 4, .gap = 4};
    CHECK(grid_check(&grid, FRAMES, HEIGHT, WIDTH, &error));
    grid_fit(&grid, (struct grid_steps){1, 1}, FRAMES, HEIGHT, WIDTH);
    CHECK(grid.columns == 6 && grid.rows == 4);
    CHECK(!grid_check(&grid, 32, 1024, 1024, &error) && strstr(error.text, "too large") != NULL);
    grid_fit(&grid, (struct grid_steps){1, 1}, 32, 1024, 1024);
    CHECK(grid_check(&grid, 32, 1024, 1024, &error) && grid.columns * grid.rows >= 6);
    grid = (struct grid){.columns = 6, .rows = 4, .gap = 4};
    grid_fit(&grid, (struct grid_steps){2, 0}, 32, 1024, 1024);
    CHECK(grid_check(&grid, 32, 1024, 1024, &error) && grid.columns == 2 && grid.rows == 4);
    grid = (struct grid){.columns = 100, .rows = 2, .gap = 4};
    grid_fit(&grid, (struct grid_steps){1, 0}, 32, 128, 128);
    CHECK(grid_check(&grid, 32, 128, 128, &error) && grid.columns > 20 && grid.rows == 2);
    // As long as its frames are many.
    grid = (struct grid){.columns = 5, .rows = 8, .gap = 4};
    grid_fit(&grid, (struct grid_steps){1, 1}, 1024, 128, 128);
    CHECK(grid_check(&grid, 1024, 128, 128, &error) && grid.columns * grid.rows >= 20);
    // One cell stays, even where it is too large; nor do large numbers wrap round.
    grid = (struct grid){.columns = 3, .rows = 3};
    grid_fit(&grid, (struct grid_steps){1, 1}, 1, 9000, 9000);
    CHECK(grid.columns == 1 && grid.rows == 1 && !grid_check(&grid, 1, 9000, 9000, &error));
    grid = (struct grid){.columns = 1024, .rows = 1, .scale = 16};
    CHECK(!grid_check(&grid, 1, 4, (1u << 18) + 1, &error));
}

// Letters beyond ASCII take one place each, whatever their bytes.
static void check_letters(void) {
    CHECK(label_width("fum\xc3\xa9", 2) == label_width("fum?", 2));
    CHECK(label_width("\xff\x01\x7f", 1) == label_width("???", 1));
    CHECK(label_width("", 3) == 0);
    for (uint32_t size = 1; size < 4; size++)
        CHECK(label_width("t = 0", size) == size * label_width("t = 0", 1));
}

int main(void) {
    test_begin();
    check_pixels();
    check_names();
    check_low_cells();
    check_limits();
    check_fitting();
    check_letters();
    return test_end();
}
