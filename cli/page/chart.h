// Curves as inline SVG: one or several series over the same x, with a legend that shows where they stand.
//
// Thousands of points become one mark every two pixels: a line of their means in a band from
// the lowest to the highest. Values far beyond the rest (the first steps of a training, say)
// are cut by the axis and named below it.
#ifndef MOGRAPH_CLI_PAGE_CHART_H
#define MOGRAPH_CLI_PAGE_CHART_H

#include "cli/page/page.h"

enum { CHART_MAX_SERIES = 8 };

struct chart_series {
    const char *name;
    const double *y; // [count]; what is not finite, or not positive on a logarithmic axis, is no point
    double target;   // a dashed line at this height; 0: none
};

struct chart {
    const char *title, *unit; // "Signal to noise", "dB"; unit may be NULL
    const char *x_name;       // "step"
    const double *x;          // [count], ascending and finite
    size_t count;
    struct chart_series series[CHART_MAX_SERIES];
    unsigned series_count;
    bool log_y;
};

// Adds a <figure>. Any number of points, none too.
void chart_add(struct page *page, const struct chart *chart);

#endif
