// Draws curves as inline SVG, with axes and a legend.
#include "cli/page/chart_private.h"

#include "cli/page/number.h"

#include <math.h>
#include <string.h>

// In units of the picture; at the width of a phone one of them is a pixel.
enum {
    WIDTH = 360,
    HEIGHT = 204,
    RIGHT = 344,
    TOP = 8,
    BOTTOM = 178,
    LETTER = 6,
    MAX_DOTS = 40,
    COLOURS = 6
};

struct plot {
    struct page *page;
    const struct chart *chart;
    struct extent extent;
    struct ticks x_ticks, y_ticks;
    double left; // of the axes
    double x_low, x_high;
    struct curve curves[CHART_MAX_SERIES];
};

// --- places

static double place_x(const struct plot *p, double x) {
    return p->left + (x - p->x_low) / (p->x_high - p->x_low) * (RIGHT - p->left);
}

// Of a height; far beyond the axis is as good as beyond it.
static double place_y(const struct plot *p, double height) {
    double part = (height - p->extent.low) / (p->extent.high - p->extent.low);
    return BOTTOM - fmax(-1.0, fmin(2.0, part)) * (BOTTOM - TOP);
}

static double tick_y(const struct plot *p, unsigned i) {
    return place_y(p, p->chart->log_y ? log10(p->y_ticks.at[i]) : p->y_ticks.at[i]);
}

static double text_width(const char *text) {
    size_t letters = 0;
    for (; *text != '\0'; text++)
        letters += ((unsigned char)*text & 0xc0) != 0x80;
    return (double)(letters * LETTER);
}

static void find_ticks(struct plot *p) {
    const struct extent *e = &p->extent;
    double widest = 0.0;
    p->y_ticks = p->chart->log_y
                     ? ticks_log(pow(10.0, fmax(e->low, -300.0)), pow(10.0, fmin(e->high, 300.0)), 5)
                     : ticks_linear(e->low, e->high, 5);
    p->x_ticks = ticks_linear(p->x_low, p->x_high, 4);
    for (unsigned i = 0; i < p->y_ticks.count; i++)
        widest = fmax(widest, text_width(p->y_ticks.text[i]));
    p->left = fmax(10.0 + widest, 12.0 + text_width(p->chart->x_name));
}

static bool plot_begin(struct plot *p, struct page *page, const struct chart *chart) {
    *p = (struct plot){.page = page, .chart = chart, .x_low = 0.0, .x_high = 1.0};
    if (chart->count > 0) {
        p->x_low = chart->x[0];
        p->x_high = fmax(chart->x[chart->count - 1], p->x_low + 1e-9 + 1e-9 * fabs(p->x_low));
    }
    if (!extent_find(chart, &p->extent)) {
        page->bytes.failed = true;
        return false;
    }
    find_ticks(p);
    for (unsigned i = 0; i < chart->series_count; i++)
        curve_reduce(chart, i, &p->curves[i]);
    return true;
}

// --- words

static size_t last_point(const struct chart *chart, const struct chart_series *s) {
    for (size_t i = chart->count; i-- > 0;)
        if (!isnan(chart_height(chart, s->y[i])))
            return i;
    return chart->count;
}

// Where a curve ends: its last mark, since single points waver.
static double last_value(const struct plot *p, unsigned series) {
    const struct curve *c = &p->curves[series];
    double height = c->marks > 0 ? c->mean[c->marks - 1] : NAN;
    return p->chart->log_y ? pow(10.0, height) : height;
}

static void legend(const struct plot *p) {
    struct page *page = p->page;
    char text[NUMBER_TEXT];
    page_markup(page, "<ul class=\"legend\">");
    for (unsigned i = 0; i < p->chart->series_count; i++) {
        const struct chart_series *s = &p->chart->series[i];
        number_text(last_value(p, i), text);
        page_format(page, "<li class=\"s%u\"><i></i>", i % COLOURS);
        page_text(page, s->name);
        page_format(page, " <b>%s</b>", text);
        if (s->target != 0.0) {
            number_text(s->target, text);
            page_format(page, " <span>target %s</span>", text);
        }
        page_markup(page, "</li>");
    }
    page_markup(page, "</ul>");
}

static void caption(const struct plot *p) {
    struct page *page = p->page;
    const struct chart *chart = p->chart;
    page_markup(page, "<figcaption><h3>");
    page_text(page, chart->title);
    if (chart->unit != NULL) {
        page_markup(page, " <span>");
        page_text(page, chart->unit);
        page_markup(page, "</span>");
    }
    page_markup(page, "</h3>");
    legend(p);
    page_markup(page, "</figcaption>\n");
}

// "psnr: 9 points, from 14.2 at step 58 to 22.1 at step 523. "
static void describe_series(struct page *page, const struct chart *chart, const struct chart_series *s) {
    char first_text[NUMBER_TEXT], last_text[NUMBER_TEXT];
    size_t points = 0, first = 0, last = last_point(chart, s);
    for (size_t i = chart->count; i-- > 0;)
        if (!isnan(chart_height(chart, s->y[i]))) {
            points++;
            first = i;
        }
    page_text(page, s->name);
    if (points == 0) {
        page_markup(page, ": no points. ");
        return;
    }
    number_text(s->y[first], first_text);
    number_text(s->y[last], last_text);
    page_format(page, ": %zu points, from %s at ", points, first_text);
    page_text(page, chart->x_name);
    page_format(page, " %g to %s at ", chart->x[first], last_text);
    page_text(page, chart->x_name);
    page_format(page, " %g. ", chart->x[last]);
}

static void describe(struct page *page, const struct chart *chart) {
    unsigned title = page_id(page), description = page_id(page);
    page_format(page,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"i%u i%u\">"
                "<title id=\"i%u\">",
                WIDTH, HEIGHT, title, description, title);
    page_text(page, chart->title);
    page_format(page, "</title><desc id=\"i%u\">", description);
    for (unsigned i = 0; i < chart->series_count; i++)
        describe_series(page, chart, &chart->series[i]);
    page_markup(page, "</desc>\n");
}

// --- lines

static void grid_lines(const struct plot *p) {
    page_markup(p->page, "<path class=\"grid\" d=\"");
    for (unsigned i = 0; i < p->y_ticks.count; i++)
        page_format(p->page, "M%.1f %.1fH%d", p->left, tick_y(p, i), RIGHT);
    page_format(p->page, "\"/><path class=\"axis\" d=\"M%.1f %dH%d", p->left, BOTTOM, RIGHT);
    for (unsigned i = 0; i < p->x_ticks.count; i++)
        page_format(p->page, "M%.1f %dv4", place_x(p, p->x_ticks.at[i]), BOTTOM);
    page_markup(p->page, "\"/>\n");
}

static void tick_texts(const struct plot *p) {
    for (unsigned i = 0; i < p->y_ticks.count; i++)
        page_format(p->page, "<text x=\"%.1f\" y=\"%.1f\" class=\"y\">%s</text>", p->left - 6.0,
                    tick_y(p, i) + 3.5, p->y_ticks.text[i]);
    for (unsigned i = 0; i < p->x_ticks.count; i++)
        page_format(p->page, "<text x=\"%.1f\" y=\"%d\" class=\"x\">%s</text>",
                    fmin(place_x(p, p->x_ticks.at[i]), WIDTH - 1 - text_width(p->x_ticks.text[i]) / 2),
                    BOTTOM + 17, p->x_ticks.text[i]);
    page_format(p->page, "<text x=\"%.1f\" y=\"%d\" class=\"y\">", p->left - 10.0, BOTTOM + 17);
    page_text(p->page, p->chart->x_name);
    page_markup(p->page, "</text>\n");
}

static void band(const struct plot *p, const struct curve *c) {
    page_markup(p->page, "<path class=\"band\" d=\"");
    for (unsigned i = 0; i < c->marks; i++)
        page_format(p->page, "%c%.1f %.1f", i == 0 ? 'M' : 'L', place_x(p, c->x[i]), place_y(p, c->high[i]));
    for (unsigned i = c->marks; i-- > 0;)
        page_format(p->page, "L%.1f %.1f", place_x(p, c->x[i]), place_y(p, c->low[i]));
    page_markup(p->page, "Z\"/>");
}

static void line(const struct plot *p, const struct curve *c) {
    page_markup(p->page, "<path class=\"line\" d=\"");
    for (unsigned i = 0; i < c->marks; i++)
        page_format(p->page, "%c%.1f %.1f", i == 0 ? 'M' : 'L', place_x(p, c->x[i]), place_y(p, c->mean[i]));
    page_markup(p->page, "\"/>");
    for (unsigned i = 0; i < c->marks && c->marks <= MAX_DOTS; i++)
        page_format(p->page, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>", place_x(p, c->x[i]),
                    place_y(p, c->mean[i]));
}

static void target(const struct plot *p, double value) {
    double y = chart_height(p->chart, value);
    if (value != 0.0 && !isnan(y))
        page_format(p->page, "<path class=\"target\" d=\"M%.1f %.1fH%d\"/>", p->left, place_y(p, y), RIGHT);
}

static void curves(const struct plot *p) {
    unsigned clip = page_id(p->page), drawn = 0;
    page_format(p->page,
                "<clipPath id=\"i%u\"><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/></clipPath>"
                "<g clip-path=\"url(#i%u)\">",
                clip, p->left - 3.0, TOP - 3, RIGHT - p->left + 6.0, BOTTOM - TOP + 6, clip);
    for (unsigned i = 0; i < p->chart->series_count; i++) {
        const struct curve *curve = &p->curves[i];
        page_format(p->page, "<g class=\"s%u\">", i % COLOURS);
        if (curve->points > curve->marks)
            band(p, curve);
        target(p, p->chart->series[i].target);
        if (curve->marks > 0)
            line(p, curve);
        page_markup(p->page, "</g>\n");
        drawn += curve->marks;
    }
    page_markup(p->page, "</g>");
    if (drawn == 0)
        page_format(p->page, "<text x=\"%.1f\" y=\"%d\" class=\"x\">nothing yet</text>",
                    (p->left + RIGHT) / 2, (TOP + BOTTOM) / 2);
}

// --- what the axis leaves out

// The point of all series furthest up (or down).
static void name_extreme(const struct plot *p, bool high) {
    const struct chart *chart = p->chart;
    double best = NAN, at = 0.0;
    char text[NUMBER_TEXT];
    for (unsigned s = 0; s < chart->series_count; s++)
        for (size_t i = 0; i < chart->count; i++) {
            double y = chart->series[s].y[i];
            bool further = isnan(best) || (high ? y > best : y < best);
            if (!isnan(chart_height(chart, y)) && further) {
                best = y;
                at = chart->x[i];
            }
        }
    number_text(best, text);
    page_format(p->page, "%s %s at ", high ? "Highest" : "Lowest", text);
    page_text(p->page, chart->x_name);
    page_format(p->page, " %g, beyond the axis. ", at);
}

static void notes(const struct plot *p) {
    if (!p->extent.cut_low && !p->extent.cut_high)
        return;
    page_markup(p->page, "<p class=\"note\">");
    if (p->extent.cut_high)
        name_extreme(p, true);
    if (p->extent.cut_low)
        name_extreme(p, false);
    page_markup(p->page, "</p>");
}

void chart_add(struct page *page, const struct chart *chart) {
    struct plot plot;
    if (!plot_begin(&plot, page, chart))
        return;
    page_markup(page, "<figure class=\"chart\">");
    caption(&plot);
    describe(page, chart);
    grid_lines(&plot);
    tick_texts(&plot);
    curves(&plot);
    page_markup(page, "</svg>");
    notes(&plot);
    page_markup(page, "</figure>\n");
}
