// The parts of report.html, which report.c puts together. Private to report*.c.
#ifndef MOGRAPH_CLI_TRAIN_REPORT_PRIVATE_H
#define MOGRAPH_CLI_TRAIN_REPORT_PRIVATE_H

#include "cli/page/page.h"
#include "cli/train/history.h"
#include "cli/train/report.h"

void report_heading(struct page *page, const struct train_report *report, const struct history *history);
void report_figures(struct page *page, const struct train_report *report, const struct history *history);
void report_pictures(struct page *page, const struct train_report *report);
void report_charts(struct page *page, const struct train_report *report, const struct history *history);

#endif
