// What chart.c and chart_curve.c share.
#ifndef MOGRAPH_CLI_PAGE_CHART_PRIVATE_H
#define MOGRAPH_CLI_PAGE_CHART_PRIVATE_H

#include "cli/page/chart.h"

enum { CURVE_MARKS = 160 };

// A series as it is drawn: marks at x with the mean, lowest and highest of what lies near. Heights are as the
// axis has them: logarithms to base 10 on a logarithmic one.
struct curve {
    size_t points; // of the series
    unsigned marks;
    double x[CURVE_MARKS], mean[CURVE_MARKS], low[CURVE_MARKS], high[CURVE_MARKS];
};

// Where the axis begins and ends, as heights, and what it leaves out.
struct extent {
    double low, high;
    bool cut_low, cut_high; // something lies beyond
};

// The height of a value: itself or its logarithm; NAN where there is none. Beyond 1e290 there is none, so
// that an axis with room at its ends stays finite.
double chart_height(const struct chart *chart, double value);

void curve_reduce(const struct chart *chart, unsigned series, struct curve *curve);

// False when memory is out. An empty chart has the extent 0 to 1.
bool extent_find(const struct chart *chart, struct extent *extent);

#endif
