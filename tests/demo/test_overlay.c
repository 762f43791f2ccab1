// Panels of text: inside their bounds, every letter drawn, columns aligned, wrapped where a window is narrow.
#include "cli/demo/overlay.h"
#include "tests/test.h"

#include <string.h>

static bool lit(const struct overlay *overlay, uint32_t y, uint32_t x) {
    return overlay->rgb[((size_t)y * overlay->width + x) * 3] != 0;
}

static uint32_t ink(const struct overlay *overlay, uint32_t x0, uint32_t x1) {
    uint32_t count = 0;
    for (uint32_t y = 0; y < overlay->height; y++)
        for (uint32_t x = x0; x < x1 && x < overlay->width; x++)
            count += lit(overlay, y, x);
    return count;
}

// The outermost rows and columns are background: nothing was cut.
static bool has_margin(const struct overlay *overlay) {
    for (uint32_t x = 0; x < overlay->width; x++)
        if (lit(overlay, 0, x) || lit(overlay, overlay->height - 1, x))
            return false;
    for (uint32_t y = 0; y < overlay->height; y++)
        if (lit(overlay, y, 0) || lit(overlay, y, overlay->width - 1))
            return false;
    return true;
}

static void test_sizes(void) {
    struct overlay overlay = {0};
    const char *text = "llvmpipe  212 ms a clip\n25 shown  4 decoded";
    uint32_t heights[4] = {0};
    for (uint32_t size = 1; size < 4; size++) {
        CHECK(overlay_text(&overlay, text, size, 4000, 4000));
        heights[size] = overlay.height;
        CHECK(has_margin(&overlay));
    }
    CHECK(heights[2] == 2 * heights[1] && heights[3] == 3 * heights[1]);
    CHECK(ink(&overlay, 0, overlay.width) % 9 == 0); // pixels of the font are squares of 3 x 3
    overlay_finish(&overlay);
}

// In every window the panel stays inside, and where there is room nothing is cut.
static void test_windows(void) {
    struct overlay whole = {0}, overlay = {0};
    const char *text =
        "1 to 6\tgo to a kind\nspace\ta new point\nH\tthis help\nwords that may be wrapped anywhere";
    CHECK(overlay_text(&whole, text, 1, 4000, 4000));
    uint32_t letters = ink(&whole, 0, whole.width);
    CHECK(letters > 300);
    for (uint32_t width = 1; width < 700; width += 13)
        for (uint32_t height = 1; height < 500; height += 17) {
            CHECK(overlay_text(&overlay, text, 4, height, width));
            CHECK(overlay.height <= height && overlay.width <= width);
            CHECK(ink(&overlay, 0, overlay.width) > 0 || width < 20 || height < 10);
        }
    // Wrapped, but whole: as many pixels of the font are lit.
    CHECK(overlay_text(&overlay, text, 1, 400, 140));
    CHECK(overlay.height > whole.height && ink(&overlay, 0, overlay.width) == letters);
    overlay_finish(&whole);
    overlay_finish(&overlay);
}

// What has single spaces between it stays together where a line has room for it.
static void test_together(void) {
    struct overlay apart = {0}, together = {0};
    CHECK(overlay_text(&apart, "mmmm\nmm mm\nmm", 1, 400, 400));
    CHECK(overlay_text(&together, "mmmm  mm mm  mm", 1, 400, apart.width + 5));
    CHECK(together.height == apart.height && together.width == apart.width);
    CHECK(memcmp(together.rgb, apart.rgb, (size_t)apart.height * apart.width * 3) == 0);
    CHECK(overlay_text(&apart, "mm\nmm", 1, 400, 400)); // no room
    CHECK(overlay_text(&together, "mm mm", 1, 400, apart.width + 5));
    CHECK(together.height == apart.height && together.width == apart.width);
    overlay_finish(&apart);
    overlay_finish(&together);
}

// A second column begins at one place, right of every first one.
static void test_columns(void) {
    struct overlay a = {0}, b = {0};
    CHECK(overlay_text(&a, "i\tx\nmmmm\t", 1, 400, 400));
    CHECK(overlay_text(&b, "i\t\nmmmm\tx", 1, 400, 400));
    uint32_t first = 0;
    CHECK(overlay_text(&a, "mmmm\t", 1, 400, 400));
    for (uint32_t x = 0; x < a.width; x++)
        first = ink(&a, x, x + 1) > 0 ? x : first;
    CHECK(overlay_text(&a, "i\tx\nmmmm\t", 1, 400, 400));
    CHECK(a.width == b.width);
    for (uint32_t x = first + 1; x < a.width; x++)
        CHECK(ink(&a, x, x + 1) == ink(&b, x, x + 1));
    CHECK(ink(&a, first + 1, a.width) > 0);
    overlay_finish(&a);
    overlay_finish(&b);
}

static void test_odd_texts(void) {
    struct overlay overlay = {0};
    CHECK(overlay_text(&overlay, "", 2, 100, 100) && overlay.height == 0);
    CHECK(overlay_text(&overlay, "text", 2, 0, 0) && overlay.height == 0);
    char text[400];
    memset(text, 'm', sizeof text - 1); // one word that is wider than the window
    text[sizeof text - 1] = '\0';
    CHECK(overlay_text(&overlay, text, 3, 200, 300) && overlay.width <= 300 && overlay.height <= 200);
    CHECK(overlay_text(&overlay, "\t\t\n\n \n\xc3\xa9t\xc3\xa9\n", 1, 100, 100) && ink(&overlay, 0, 100) > 0);
    overlay_finish(&overlay);
    CHECK(overlay.rgb == NULL);
}

int main(void) {
    test_begin();
    test_sizes();
    test_windows();
    test_together();
    test_columns();
    test_odd_texts();
    return test_end();
}
