// What is trained, how far it is, and the key figures.
#include "cli/train/report_private.h"

#include "cli/page/number.h"
#include "cli/page/parts.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- heading

static double epochs_done(const struct train_report *r, uint64_t steps) {
    return r->clips > 0 ? (double)steps * (double)r->values->batch / r->clips : 0.0;
}

static void lead(struct page *page, const struct train_report *r) {
    char parameters[NUMBER_TEXT];
    number_text((double)r->parameters, parameters);
    page_markup(page, "<p class=\"lead\"><b>");
    page_text(page, train_preset_name(r->values));
    page_format(page, "</b>, %s parameters, trained on %" PRIu32 " clips of <b>", parameters, r->clips);
    page_text(page, r->data);
    page_format(page, "</b>: %" PRIu32 "\xc3\x97%" PRIu32 " pixels, %" PRIu32 " frames, %" PRIu32 " %s",
                r->width, r->height, r->frames, r->kinds, r->kinds == 1 ? "kind" : "kinds");
    if (r->renew > 0.0)
        page_format(page, "; %g%% of the clips are new in every epoch", 100.0 * r->renew);
    if (r->val_clips > 0)
        page_format(page, "; %" PRIu32 " more for validation", r->val_clips);
    page_markup(page, ".");
    if (r->device != NULL) {
        page_markup(page, " On ");
        page_text(page, r->device);
        page_markup(page, ".");
    }
    page_markup(page, "</p>\n");
}

static void pace(struct page *page, const struct train_report *r) {
    char text[NUMBER_TEXT];
    double left = (double)(r->step_count - r->steps) * (double)r->values->batch * r->seconds_per_clip;
    bool millis = r->seconds_per_clip < 1.0;
    if (!(r->seconds_per_clip > 0.0))
        return;
    number_text(millis ? 1e3 * r->seconds_per_clip : r->seconds_per_clip, text);
    page_format(page, "<li><b>%s %s</b> a clip</li>", text, millis ? "ms" : "s");
    if (r->state == TRAIN_DONE || r->steps >= r->step_count)
        return;
    terminal_duration(left, text, sizeof text);
    page_format(page, "<li><b>%s</b> %s</li>", text, r->state == TRAIN_RUNNING ? "left" : "to go");
}

static void progress(struct page *page, const struct train_report *r) {
    double part = r->step_count > 0 ? (double)r->steps / (double)r->step_count : 0.0;
    char epochs[NUMBER_TEXT];
    double done = epochs_done(r, r->steps);
    snprintf(epochs, sizeof epochs, "%.*f", done < 1000.0 && done != floor(done), done);
    page_format(page,
                "<div class=\"bar\" role=\"progressbar\" aria-label=\"Training\" aria-valuemin=\"0\" "
                "aria-valuemax=\"100\" aria-valuenow=\"%.0f\"><i style=\"width:%.1f%%\"></i></div>\n",
                100.0 * part, 100.0 * part);
    page_format(page,
                "<ul class=\"progress\"><li><b>%.0f%%</b></li><li>epoch <b>%s</b> of %" PRIi64 "</li>"
                "<li>step <b>%" PRIu64 "</b> of %" PRIu64 "</li>",
                100.0 * part, epochs, r->values->epochs, r->steps, r->step_count);
    pace(page, r);
    page_markup(page, "</ul>\n");
}

static void skipped(struct page *page, const struct history *h) {
    const double *column = history_column(h, "skipped");
    double count = 0.0;
    for (size_t i = 0; column != NULL && i < h->rows; i++)
        count += isfinite(column[i]) ? column[i] : 0.0;
    if (count > 0.0)
        page_format(page,
                    "<p class=\"warning\">%.0f %s skipped: the loss or the gradient was not finite.</p>\n",
                    count, count > 1.0 ? "steps were" : "step was");
}

void report_heading(struct page *page, const struct train_report *r, const struct history *h) {
    static const char *const states[] = {"running", "stopped", "done"};
    page_markup(page, "<header><p class=\"eyebrow\">mograph train</p>\n<div class=\"title\"><h1>");
    page_text(page, path_base(r->folder->path));
    page_format(page, "</h1><span class=\"state %s\">%s</span></div>\n", states[r->state], states[r->state]);
    lead(page, r);
    progress(page, r);
    skipped(page, h);
    page_markup(page, "</header>\n");
}

// --- key figures

enum { MAX_TILES = 16, RECENT = 50 };

struct figures {
    const struct train_report *report;
    const struct history *history;
    struct tile tiles[MAX_TILES];
    unsigned count;
};

// Mean of a column's last rows.
static double recent(const struct history *h, const char *name) {
    const double *column = history_column(h, name);
    double sum = 0.0;
    int count = 0;
    for (size_t i = h->rows; column != NULL && i-- > 0 && count < RECENT;)
        if (isfinite(column[i])) {
            sum += column[i];
            count++;
        }
    return count > 0 ? sum / count : NAN;
}

// The epoch that ends with a row's step.
static double epoch_at(const struct figures *f, size_t row) {
    const double *steps = history_column(f->history, "step");
    return steps != NULL ? floor(epochs_done(f->report, (uint64_t)steps[row] + 1)) : 0.0;
}

// "+0.42 since epoch 10", when there is something to compare with.
static void note_change(const struct figures *f, const char *column, const char *format, struct tile *tile) {
    size_t row;
    char change[NUMBER_TEXT];
    double now = history_newest(f->history, column, 0, NULL),
           before = history_newest(f->history, column, 1, &row);
    if (!isfinite(before))
        return;
    snprintf(change, sizeof change, format, fabs(now - before));
    snprintf(tile->note, sizeof tile->note, "%s%s since epoch %.0f", now < before ? "\xe2\x88\x92" : "+",
             change, epoch_at(f, row));
}

static void validation_tile(struct figures *f, const char *column, const char *label, const char *unit,
                            const char *format) {
    double value = history_newest(f->history, column, 0, NULL);
    struct tile *tile = &f->tiles[f->count];
    if (!isfinite(value) || f->count == MAX_TILES)
        return;
    *tile = (struct tile){.label = label, .unit = unit};
    snprintf(tile->value, sizeof tile->value, format, value);
    note_change(f, column, format, tile);
    f->count++;
}

// PSNR of the last training batches.
static void training_tile(struct figures *f) {
    double mse = recent(f->history, "mse");
    struct tile *tile = &f->tiles[f->count];
    if (!(mse > 0.0))
        return;
    *tile = (struct tile){.label = "PSNR, training", .unit = "dB"};
    snprintf(tile->value, sizeof tile->value, "%.2f", -10.0 * log10(mse));
    snprintf(tile->note, sizeof tile->note, "of the last %d batches", RECENT);
    f->count++;
}

static void note_level(const struct figures *f, uint32_t level, double active, struct tile *tile) {
    char target[NUMBER_TEXT], units[NUMBER_TEXT], shown[NUMBER_TEXT];
    int at = 0;
    if (f->report->target[level] > 0.0f) {
        number_text((double)f->report->target[level], target);
        at = snprintf(tile->note, sizeof tile->note, "target %s", target);
    }
    if (!isfinite(active))
        return;
    number_text(active, shown);
    number_text(f->report->units[level], units);
    snprintf(tile->note + at, sizeof tile->note - (size_t)at, "%s%s of %s units active", at > 0 ? ", " : "",
             shown, units);
}

static void level_tile(struct figures *f, uint32_t level) {
    static const char *const labels[] = {"KL, top latent", "KL, level 1", "KL, level 2", "KL, level 3",
                                         "KL, level 4",    "KL, level 5", "KL, level 6"};
    char kl[24], val_kl[24], val_active[24];
    snprintf(kl, sizeof kl, "kl_%" PRIu32, level);
    snprintf(val_kl, sizeof val_kl, "val_kl_%" PRIu32, level);
    snprintf(val_active, sizeof val_active, "val_active_%" PRIu32, level);
    double value = history_newest(f->history, val_kl, 0, NULL);
    value = isfinite(value) ? value : recent(f->history, kl);
    if (!isfinite(value) || f->count == MAX_TILES)
        return;
    struct tile *tile = &f->tiles[f->count++];
    *tile = (struct tile){.label = labels[level], .unit = "nats"};
    number_text(value, tile->value);
    note_level(f, level, history_newest(f->history, val_active, 0, NULL), tile);
}

void report_figures(struct page *page, const struct train_report *r, const struct history *h) {
    struct figures f = {.report = r, .history = h};
    size_t row = 0;
    char heading[80] = "Key figures";
    validation_tile(&f, "val_psnr", "PSNR", "dB", "%.2f");
    validation_tile(&f, "val_foreground_psnr", "PSNR, foreground", "dB", "%.2f");
    validation_tile(&f, "val_ssim", "SSIM", NULL, "%.4f");
    validation_tile(&f, "val_bits_per_dim", "Lower bound", "bits/dim", "%.3f");
    if (f.count > 0 && isfinite(history_newest(h, "val_psnr", 0, &row)))
        snprintf(heading, sizeof heading, "Validation after epoch %.0f", epoch_at(&f, row));
    training_tile(&f);
    for (uint32_t level = 0; level < r->levels; level++)
        level_tile(&f, level);
    if (f.count == 0)
        return;
    part_begin(page, heading, NULL);
    part_tiles(page, f.tiles, f.count);
    part_end(page);
}
