// test_page PYTHON CHECK_PAGE: numbers, escaping and charts; whole pages are judged by check_page.py.
#include "cli/page/chart.h"
#include "cli/page/number.h"
#include "cli/page/parts.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *python, *judge;

// --- numbers

static void check_number(double value, const char *want) {
    char text[NUMBER_TEXT];
    number_text(value, text);
    if (!CHECK(strcmp(text, want) == 0))
        fprintf(stderr, "%.17g gives \"%s\", not \"%s\"\n", value, text, want);
}

static void check_numbers(void) {
    check_number(0, "0");
    check_number(-0.0, "0");
    check_number(27.4321, "27.4");
    check_number(0.0123456, "0.0123");
    check_number(-0.5, "\xe2\x88\x92"
                       "0.5");
    check_number(9999, "9999");
    check_number(12345, "12.3k");
    check_number(1580000, "1.58M");
    check_number(3e9, "3G");
    check_number(2.5e-5, "2.5e-5");
    check_number(1e-3, "0.001");
    check_number(-2.7e15, "\xe2\x88\x92"
                          "2.7e15");
    check_number(NAN, "\xe2\x80\x93");
    check_number(INFINITY, "\xe2\x80\x93");
}

static bool ticks_sound(const struct ticks *t, double low, double high) {
    double slack = 1e-6 * (high - low);
    bool sound = t->count >= 1 && t->count <= MAX_TICKS;
    for (unsigned i = 0; i < t->count; i++) {
        sound = sound && t->at[i] >= low - slack && t->at[i] <= high + slack && t->text[i][0] != '\0';
        sound = sound && (i == 0 || (t->at[i] > t->at[i - 1] && strcmp(t->text[i], t->text[i - 1]) != 0));
    }
    return sound;
}

static double uniform(void) {
    return rand() / (RAND_MAX + 1.0);
}

static void check_ticks(void) {
    srand(1);
    for (int i = 0; i < 20000; i++) {
        double size = pow(10.0, 24.0 * uniform() - 12.0), middle = (uniform() - 0.5) * size;
        double low = middle - size * pow(10.0, -5.0 * uniform()), high = 2 * middle - low;
        struct ticks t = ticks_linear(low, high, 5);
        bool enough = t.count >= 2 && t.count <= 7;
        double positive = pow(10.0, 20.0 * uniform() - 10.0), factor = pow(10.0, 0.01 + 8.0 * uniform());
        struct ticks l = ticks_log(positive, positive * factor, 5);
        bool enough_log = l.count >= 2 && l.count <= 9;
        if (!CHECK(ticks_sound(&t, low, high) && enough) ||
            !CHECK(ticks_sound(&l, positive, positive * factor) && enough_log)) {
            fprintf(stderr, "at linear %.17g to %.17g: %u, logarithmic %.17g to %.17g: %u\n", low, high,
                    t.count, positive, positive * factor, l.count);
            return;
        }
    }
}

// --- pages

static bool finish(struct page *page, const char *path, const char *options) {
    struct cli_error error = {.text = ""};
    bool written = page_write(page, path, &error);
    page_destroy(page);
    if (!CHECK(written))
        fprintf(stderr, "%s\n", error.text);
    char command[2048];
    snprintf(command, sizeof command, "%s %s %s %s", python, judge, path, options);
    return CHECK(system(command) == 0);
}

// Whatever a text holds, the page stays well-formed and says it.
static void check_escaping(void) {
    static const char *const texts[] = {
        "<script>&\"'",
        "a\x01"
        "b\x7f\x80\xff",
        "\xc3",
        "\xc0\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xef\xbf\xbf \xe2\x82",
        "fum\xc3\xa9"
        "e \xf0\x9f\x8e\x86",
        "]]>",
        "",
    };
    struct page page = {.ids = 0};
    page_begin(&page, "</title>&");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        page_markup(&page, "<p title=\"");
        page_text(&page, texts[i]);
        page_markup(&page, "\">");
        page_text(&page, texts[i]);
        page_markup(&page, "</p>\n");
    }
    finish(&page, "escaping.html",
           "--text \"<script>&\" --text \"fum\xc3\xa9"
           "e \xf0\x9f\x8e\x86\" --text \"]]>\"");
    // Too long for page_format: the page is not written, rather than half a tag.
    struct cli_error error;
    page_begin(&page, "long");
    page_format(&page, "<p>%01200d</p>", 1);
    CHECK(!page_write(&page, "long.html", &error));
    page_destroy(&page);
    CHECK(system("test ! -e long.html") == 0);
}

static void check_base64(void) {
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}}; // RFC 4648, 10
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct page page = {.ids = 0};
        page_base64(&page, (const uint8_t *)pairs[i][0], strlen(pairs[i][0]));
        size_t length = strlen(pairs[i][1]);
        CHECK(page.bytes.size == length &&
              (length == 0 || memcmp(page.bytes.bytes, pairs[i][1], length) == 0));
        page_destroy(&page);
    }
}

// --- charts

enum { MANY = 100000 };

static double xs[MANY], ys[MANY];

static void add_chart(struct page *page, const char *title, size_t count, bool log_y, double target) {
    const struct chart chart = {.title = title,
                                .unit = "<unit>",
                                .x_name = "step",
                                .x = xs,
                                .count = count,
                                .series = {{.name = "one & only", .y = ys, .target = target}},
                                .series_count = 1,
                                .log_y = log_y};
    chart_add(page, &chart);
}

static double shape(int kind, double t) {
    switch (kind) {
    case 0:
        return 3.0; // constant
    case 1:
        return 0.0;
    case 2:
        return NAN;
    case 3:
        return exp(-200.0 * t);
    case 4:
        return -1.7e6 - 100.0 * t;
    case 5:
        return t < 0.5 ? 1e-280 : 1e280;
    case 6:
        return -1e-9 * t;
    case 7:
        return fmod(t * 97.0, 1.0) < 0.5 ? INFINITY : t;
    default:
        return 40.0 * t - 20.0 + uniform();
    }
}

// Every shape by every count, on both kinds of axis.
static void check_charts(void) {
    static const size_t counts[] = {0, 1, 2, 3, 41, 160, 161, 1000, MANY};
    struct page page = {.ids = 0};
    char title[60], options[60];
    unsigned charts = 0;
    page_begin(&page, "charts");
    for (int kind = 0; kind < 9; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (int log_y = 0; log_y < 2; log_y++) {
                for (size_t i = 0; i < counts[c]; i++) {
                    xs[i] = (double)i;
                    ys[i] = shape(kind, (double)i / (double)counts[c]);
                }
                snprintf(title, sizeof title, "shape %d, %zu points%s", kind, counts[c],
                         log_y ? ", log" : "");
                add_chart(&page, title, counts[c], log_y, kind == 3 ? 0.5 : 0.0);
                charts++;
            }
    snprintf(options, sizeof options, "--charts %u --text \"one & only\"", charts);
    finish(&page, "charts.html", options);
}

static bool holds(const struct page *page, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= page->bytes.size; i++)
        if (memcmp(page->bytes.bytes + i, text, length) == 0)
            return true;
    return false;
}

// One wild point among a thousand is cut off and named;
// the reduced curve ends at the mean of its last points.
static void check_outlier(void) {
    struct page page = {.ids = 0};
    for (size_t i = 0; i < 1000; i++) {
        xs[i] = (double)i;
        ys[i] = i >= 900 ? 2.0 + (i % 2 == 0 ? 0.5 : -0.5) : 1.0;
    }
    ys[7] = 5e6;
    add_chart(&page, "outlier", 1000, false, 0.0);
    CHECK(holds(&page, "Highest 5M at step 7, beyond the axis."));
    CHECK(!holds(&page, "Lowest"));
    CHECK(holds(&page, "class=\"band\""));
    CHECK(holds(&page, "<b>2.") || holds(&page, "<b>1.9") || holds(&page, "<b>2</b>"));
    page_destroy(&page);
    // Few points: all of them, with dots, and nothing cut.
    add_chart(&page, "few", 20, false, 0.0);
    CHECK(!holds(&page, "beyond the axis") && !holds(&page, "class=\"band\""));
    CHECK(holds(&page, "<circle"));
    page_destroy(&page);
}

static void check_parts(void) {
    static const struct tile tiles[] = {{.value = "26.1", .label = "PSNR", .unit = "dB", .note = "+1 & more"},
                                        {.value = "3", .label = "<label>"}};
    static const char *const heads[] = {"kind", "clips"}, *const cells[] = {"burst", "12", "<orbit>", "7"};
    struct page page = {.ids = 0};
    page_begin(&page, "parts");
    part_begin(&page, "A heading", NULL);
    part_tiles(&page, tiles, 2);
    part_table(&page, heads, 2, cells, 2);
    CHECK(!part_gif(&page, "missing.gif", "nothing", "nothing", NULL));
    CHECK(!part_gif(&page, "escaping.html", "no GIF", "no GIF", NULL));
    part_end(&page);
    finish(&page, "parts.html", "--charts 0 --text \"26.1 dB+1 & more\" --text \"<orbit>7\"");
}

int main(int argc, char **argv) {
    test_begin();
    if (argc != 3) {
        fprintf(stderr, "usage: test_page PYTHON CHECK_PAGE\n");
        return 2;
    }
    python = argv[1];
    judge = argv[2];
    scratch_begin();
    check_numbers();
    check_ticks();
    check_base64();
    check_escaping();
    check_charts();
    check_outlier();
    check_parts();
    scratch_end();
    return test_end();
}
