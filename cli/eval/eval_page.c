// Writes eval.html from results and contact sheets.
#include "cli/eval/eval_page.h"

#include "cli/eval/sheets.h"
#include "cli/eval/tables.h"
#include "cli/media/paths.h"
#include "cli/page/number.h"
#include "cli/page/parts.h"

#include <inttypes.h>
#include <stdlib.h>

// --- key figures

static struct tile tile(const char *label, double value, const char *unit) {
    struct tile t = {.label = label, .unit = unit};
    number_text(value, t.value);
    return t;
}

static void set_note(struct tile *t, const char *what, double value) {
    char text[NUMBER_TEXT];
    number_text(value, text);
    snprintf(t->note, sizeof t->note, "%.60s %.30s", what, text);
}

static struct tile figure_tile(const struct eval_results *r, enum eval_figure figure) {
    struct tile t = tile(eval_figure_table[figure].title, r->all[COLUMN_SAMPLES].at[figure], NULL);
    set_note(&t, "real clips", r->all[COLUMN_REAL].at[figure]);
    return t;
}

static void add_tiles(const struct eval_results *r, struct page *page) {
    static const enum eval_figure figures[] = {FIGURE_ACCURACY, FIGURE_SHARPNESS, FIGURE_RECALL,
                                               FIGURE_FRECHET, FIGURE_MEMORISATION};
    struct tile tiles[7];
    tiles[0] = tile("foreground PSNR", (double)r->reconstruction.foreground_psnr, "dB");
    set_note(&tiles[0], "a black clip", r->black_foreground_psnr);
    for (int i = 0; i < 5; i++)
        tiles[1 + i] = figure_tile(r, figures[i]);
    tiles[6] = tile("morphs half-way, brightest pixels", r->kind_morphs.morph.peak, NULL);
    set_note(&tiles[6], "a cross-fade", r->kind_morphs.fade.peak);
    part_tiles(page, tiles, 7);
}

// --- tables

static bool add_table(const struct eval_results *r, enum eval_table which, struct page *page,
                      struct cli_error *error) {
    struct table table;
    bool made = eval_table_make(r, which, &table, error);
    size_t count = (size_t)table.rows * table.columns;
    const char **cells = made ? malloc((count + 1) * sizeof *cells) : NULL;
    for (size_t i = 0; i < count && cells != NULL; i++)
        cells[i] = table.cells[i];
    if (cells != NULL) {
        part_begin(page, table.title, NULL);
        part_table(page, table.heads, table.columns, cells, table.rows);
        part_end(page);
    }
    bool done = cells != NULL || (made && eval_no_memory(error));
    free(cells);
    table_destroy(&table);
    return done;
}

static void add_notes(struct page *page) {
    page_markup(page, "<details><summary>What the figures say</summary><dl>\n");
    for (int i = 0; i < FIGURE_COUNT; i++) {
        page_markup(page, "<dt><b>");
        page_text(page, eval_figure_table[i].title);
        page_markup(page, "</b></dt><dd>");
        page_text(page, eval_figure_table[i].note);
        page_markup(page, "</dd>\n");
    }
    page_markup(page, "</dl></details>\n");
}

// --- the page

static void add_heading(const struct eval_results *r, struct page *page) {
    page_markup(page, "<header><p class=\"eyebrow\">mograph eval</p>\n<div class=\"title\"><h1>");
    page_text(page, path_base(r->weights));
    page_markup(page, "</h1></div>\n<p class=\"lead\"><b>");
    page_text(page, r->weights);
    page_format(page, "</b> (%s), judged by <b>", r->hash);
    page_text(page, r->judged.name);
    page_format(page, "</b> (%s, ", r->judged.hash);
    page_text(page, r->data);
    page_format(page,
                "), %u clips of each kind. Samples: seed %" PRIu64 ", temperature %g, finer levels %g. ",
                r->n, r->drawing.seed, (double)r->drawing.temperature, (double)r->drawing.fine);
    page_markup(page, "Device: ");
    page_text(page, r->device);
    page_markup(page, ".</p></header>\n");
}

// Those that are GIFs.
static void add_sheets(const char *folder, struct page *page) {
    struct cli_error ignored;
    char path[PATH_CAPACITY];
    part_begin(page, "To look at", "pictures");
    for (int i = 0; i < SHEET_COUNT; i++)
        if (path_join(path, folder, eval_sheet_table[i].file, &ignored))
            part_gif(page, path, eval_sheet_table[i].title, eval_sheet_table[i].title,
                     eval_sheet_table[i].text);
    part_end(page);
}

static bool write_page(struct page *page, const char *folder, struct cli_error *error) {
    char path[PATH_CAPACITY];
    return path_join(path, folder, "eval.html", error) && page_write(page, path, error);
}

bool eval_page_write(const struct eval_results *r, const char *folder, struct cli_error *error) {
    struct page page = {0};
    bool done = true;
    char title[200];
    snprintf(title, sizeof title, "%.150s \xc2\xb7 mograph eval", path_base(r->weights));
    page_begin(&page, title);
    add_heading(r, &page);
    add_tiles(r, &page);
    add_sheets(folder, &page);
    for (int which = 0; which < TABLE_COUNT && done; which++)
        done = add_table(r, (enum eval_table)which, &page, error);
    add_notes(&page);
    done = done && write_page(&page, folder, error);
    page_destroy(&page);
    return done;
}
