// Writes report.html.
#include "cli/train/report.h"

#include "cli/page/parts.h"
#include "cli/train/report_private.h"
#include "runtime/system/machine.h"

#include <stdlib.h>
#include <time.h>

static void configuration(struct page *page, const struct train_report *r) {
    static const char *const without[] = {"resume", "config",  "out",  "dry-run",
                                          "device", "no-tune", "data", NULL};
    struct train_values defaults = {.out = NULL};
    struct cli_error ignored;
    int count;
    bool help;
    part_begin(page, "Configuration", NULL);
    if (options_parse(train_options, 0, NULL, &defaults, &count, &help, NULL, &ignored))
        part_options(page, train_options, r->values, &defaults, without);
    part_end(page);
}

static void footer(struct page *page) {
    char when[40];
    time_t now = time(NULL);
    struct tm utc;
    if (!sys_utc(now, &utc) || strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", &utc) == 0)
        when[0] = '\0';
    page_format(page,
                "<footer>mograph %s, %s. Figures and pictures are those of the averaged weights, "
                "which are the ones that are kept; <code>metrics.csv</code> has every step.</footer>\n",
                MOGRAPH_VERSION, when);
}

static void compose(struct page *page, const struct train_report *r, const struct history *history) {
    char title[200];
    snprintf(title, sizeof title, "%.150s \xc2\xb7 mograph train", path_base(r->folder->path));
    page_begin(page, title);
    report_heading(page, r, history);
    report_figures(page, r, history);
    report_pictures(page, r);
    report_charts(page, r, history);
    configuration(page, r);
    footer(page);
}

bool train_report_write(const struct train_report *r, struct cli_error *error) {
    char metrics[PATH_CAPACITY], path[PATH_CAPACITY];
    struct history history;
    struct page page = {.ids = 0};
    if (!run_folder_file(r->folder, "metrics.csv", metrics, error) ||
        !run_folder_file(r->folder, "report.html", path, error) || !history_read(&history, metrics, error))
        return false;
    compose(&page, r, &history);
    bool written = page_write(&page, path, error);
    page_destroy(&page);
    history_destroy(&history);
    return written;
}
