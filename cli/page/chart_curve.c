// From thousands of points to what is drawn of them.
#include "cli/page/chart_private.h"

#include <math.h>
#include <stdlib.h>

double chart_height(const struct chart *chart, double value) {
    if (!(fabs(value) < 1e290) || (chart->log_y && value <= 0.0))
        return NAN;
    return chart->log_y ? log10(value) : value;
}

// --- reduction

static size_t count_points(const struct chart *chart, unsigned series) {
    size_t points = 0;
    for (size_t i = 0; i < chart->count; i++)
        if (!isnan(chart_height(chart, chart->series[series].y[i])))
            points++;
    return points;
}

// The mark that a point joins; marks share the axis evenly.
static size_t mark_of(const struct chart *chart, double x) {
    double first = chart->x[0], width = chart->x[chart->count - 1] - first;
    size_t mark = width > 0.0 ? (size_t)((x - first) / width * CURVE_MARKS) : 0;
    return mark < CURVE_MARKS ? mark : CURVE_MARKS - 1;
}

// Sums for now; `size` points are there already.
static void join(struct curve *curve, unsigned mark, size_t size, double x, double y) {
    bool first = size == 0;
    curve->x[mark] = first ? x : curve->x[mark] + x;
    curve->mean[mark] = first ? y : curve->mean[mark] + y;
    curve->low[mark] = first || y < curve->low[mark] ? y : curve->low[mark];
    curve->high[mark] = first || y > curve->high[mark] ? y : curve->high[mark];
}

static void close_mark(struct curve *curve, unsigned mark, size_t size) {
    curve->x[mark] /= (double)size;
    curve->mean[mark] /= (double)size;
}

void curve_reduce(const struct chart *chart, unsigned series, struct curve *curve) {
    size_t size = 0, open = 0;
    curve->points = count_points(chart, series);
    curve->marks = 0;
    bool all = curve->points <= CURVE_MARKS; // each point is a mark
    for (size_t i = 0; i < chart->count; i++) {
        double y = chart_height(chart, chart->series[series].y[i]);
        if (isnan(y))
            continue;
        size_t mark = all ? i : mark_of(chart, chart->x[i]);
        if (size > 0 && mark != open) {
            close_mark(curve, curve->marks++, size);
            size = 0;
        }
        open = mark;
        join(curve, curve->marks, size++, chart->x[i], y);
    }
    if (size > 0)
        close_mark(curve, curve->marks++, size);
}

// --- extent

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct span {
    double low, high;
};

static void widen(struct span *span, double low, double high) {
    span->low = fmin(span->low, low);
    span->high = fmax(span->high, high);
}

// Widens `all` by a series and `core` by all of it but one point in a hundred at either end.
static void add_series(const struct chart *chart, unsigned series, double *sorted, struct span *all,
                       struct span *core) {
    size_t n = 0;
    for (size_t i = 0; i < chart->count; i++) {
        double y = chart_height(chart, chart->series[series].y[i]);
        if (!isnan(y))
            sorted[n++] = y;
    }
    if (n == 0)
        return;
    qsort(sorted, n, sizeof *sorted, compare);
    size_t outer = n >= 50 ? (n + 99) / 100 : 0;
    widen(all, sorted[0], sorted[n - 1]);
    widen(core, sorted[outer], sorted[n - 1 - outer]);
}

// Cuts where the outermost points would take more than a third of the axis.
static void cut(const struct span *all, const struct span *core, struct extent *extent) {
    double size = core->high - core->low;
    extent->cut_low = size > 0.0 && core->low - all->low > size / 2;
    extent->cut_high = size > 0.0 && all->high - core->high > size / 2;
    extent->low = extent->cut_low ? core->low - 0.1 * size : all->low;
    extent->high = extent->cut_high ? core->high + 0.1 * size : all->high;
}

static void show_targets(const struct chart *chart, struct extent *extent) {
    for (unsigned i = 0; i < chart->series_count; i++) {
        double y = chart_height(chart, chart->series[i].target);
        if (chart->series[i].target != 0.0 && !isnan(y)) {
            extent->low = fmin(extent->low, y);
            extent->high = fmax(extent->high, y);
        }
    }
}

// Room at both ends; an axis that nearly reaches zero begins there.
static void give_room(const struct chart *chart, struct extent *extent) {
    double size = extent->high - extent->low;
    bool from_zero = !chart->log_y && extent->low >= 0.0 && extent->low <= 0.3 * extent->high && size > 0.0;
    double room = size > 0.0 ? 0.06 * size : chart->log_y ? 0.5 : fmax(0.1 * fabs(extent->low), 1e-9);
    extent->low = from_zero ? 0.0 : extent->low - room;
    extent->high += room;
}

bool extent_find(const struct chart *chart, struct extent *extent) {
    struct span all = {INFINITY, -INFINITY}, core = all;
    double *sorted = malloc((chart->count + 1) * sizeof *sorted);
    *extent = (struct extent){.low = 0.0, .high = 1.0};
    if (sorted == NULL)
        return false;
    for (unsigned i = 0; i < chart->series_count; i++)
        add_series(chart, i, sorted, &all, &core);
    free(sorted);
    if (all.low > all.high)
        return true;
    cut(&all, &core, extent);
    show_targets(chart, extent);
    give_room(chart, extent);
    return true;
}
