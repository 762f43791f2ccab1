// The curves: columns of metrics.csv against the step.
#include "cli/train/report_private.h"

#include "cli/page/chart.h"
#include "cli/page/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct line {
    const char *column, *name;
};

struct plan {
    const char *title, *unit;
    struct line lines[3]; // column NULL behind the last
    bool log_y;
};

static const struct plan loss_plans[] = {
    {"Negative log-likelihood", "nats a clip", {{"nll", "training"}}, false},
    {"Mean squared error", "of numbers in 0 to 1", {{"mse", "training"}}, true},
};

static const struct plan quality_plans[] = {
    {"SSIM", NULL, {{"val_ssim", "validation"}}, false},
    {"Evidence lower bound", "bits a dimension", {{"val_bits_per_dim", "validation"}}, false},
};

static const struct plan optimiser_plans[] = {
    {"Learning rate", NULL, {{"lr", "of a step"}}, false},
    {"Gradient norm", NULL, {{"gradient_norm", "before clipping"}}, true},
};

static const struct plan adversary_plans[] = {
    {"Discriminator", "part of patches judged rightly", {{"adv_right", "training"}}, false},
    {"Discriminator\xe2\x80\x99s loss", "hinge", {{"adv_loss", "training"}}, false},
};

static struct chart begin(const struct history *h, const char *title, const char *unit, bool log_y) {
    return (struct chart){.title = title,
                          .unit = unit,
                          .x_name = "step",
                          .x = history_column(h, "step"),
                          .count = history_column(h, "step") != NULL ? h->rows : 0,
                          .log_y = log_y};
}

static bool has_points(const double *y, size_t count) {
    for (size_t i = 0; y != NULL && i < count; i++)
        if (isfinite(y[i]))
            return true;
    return false;
}

// Columns that the file lacks, or that are empty so far, are left out.
static void add(struct chart *chart, const double *y, const char *name, double target) {
    if (has_points(y, chart->count) && chart->series_count < CHART_MAX_SERIES)
        chart->series[chart->series_count++] = (struct chart_series){.name = name, .y = y, .target = target};
}

static void finish(struct page *page, const struct chart *chart) {
    if (chart->series_count > 0)
        chart_add(page, chart);
}

static void draw(struct page *page, const struct history *h, const struct plan *plans, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct chart chart = begin(h, plans[i].title, plans[i].unit, plans[i].log_y);
        for (const struct line *line = plans[i].lines; line < plans[i].lines + 3 && line->column; line++)
            add(&chart, history_column(h, line->column), line->name, 0.0);
        finish(page, &chart);
    }
}

// Training batches beside validation, all in dB.
static void draw_psnr(struct page *page, const struct history *h) {
    struct chart chart = begin(h, "PSNR", "dB", false);
    const double *mse = history_column(h, "mse");
    double *psnr = malloc((h->rows + 1) * sizeof *psnr);
    if (psnr == NULL) {
        page->bytes.failed = true;
        return;
    }
    for (size_t i = 0; mse != NULL && i < h->rows; i++)
        psnr[i] = mse[i] > 0.0 ? -10.0 * log10(mse[i]) : NAN;
    add(&chart, mse != NULL ? psnr : NULL, "training", 0.0);
    add(&chart, history_column(h, "val_psnr"), "validation", 0.0);
    add(&chart, history_column(h, "val_foreground_psnr"), "its foreground", 0.0);
    finish(page, &chart);
    free(psnr);
}

// A curve for each level of latents, of columns PREFIX_0, PREFIX_1...
static void draw_levels(struct page *page, const struct train_report *r, const struct history *h,
                        struct chart chart, const char *prefix, bool targets) {
    static const char *const names[] = {"top",     "level 1", "level 2", "level 3",
                                        "level 4", "level 5", "level 6"};
    char column[24];
    for (uint32_t i = 0; i < r->levels; i++) {
        snprintf(column, sizeof column, "%s_%" PRIu32, prefix, i);
        add(&chart, history_column(h, column), names[i], targets ? (double)r->target[i] : 0.0);
    }
    finish(page, &chart);
}

void report_charts(struct page *page, const struct train_report *r, const struct history *h) {
    part_begin(page, "Curves", "charts");
    draw_psnr(page, h);
    draw(page, h, quality_plans, 2);
    draw_levels(page, r, h, begin(h, "KL divergence", "nats a clip", true), "kl", true);
    draw_levels(page, r, h, begin(h, "Weight of the KL", "\xce\xb2", true), "beta", false);
    draw(page, h, loss_plans, 2);
    draw(page, h, optimiser_plans, 2);
    draw(page, h, adversary_plans, 2);
    part_end(page);
}
