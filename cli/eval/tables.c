// Lays results out as tables of text.
#include "cli/eval/tables.h"

#include "cli/page/number.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// --- building

bool table_begin(struct table *table, unsigned rows, unsigned columns, const char *const *heads,
                 struct cli_error *error) {
    table->rows = rows;
    table->columns = columns;
    memcpy(table->heads, heads, columns * sizeof *heads);
    table->cells = calloc((size_t)rows * columns, sizeof *table->cells);
    return table->cells != NULL || eval_no_memory(error);
}

void table_destroy(struct table *table) {
    free(table->cells);
    *table = (struct table){.rows = 0};
}

char *table_cell(const struct table *table, unsigned row, unsigned column) {
    return table->cells[row * table->columns + column];
}

void table_name(struct table *table, unsigned row, const char *text) {
    text_shown(text, table_cell(table, row, 0), TABLE_TEXT);
}

void table_number(struct table *table, unsigned row, unsigned column, double value) {
    char text[NUMBER_TEXT];
    number_text(value, text);
    snprintf(table_cell(table, row, column), TABLE_TEXT, "%s", text);
}

static bool make_reconstruction(const struct eval_results *r, struct table *table, struct cli_error *error) {
    static const char *const heads[] = {"", "model", "black clip"};
    const struct validation *v = &r->reconstruction;
    const struct {
        const char *name;
        double model, black;
    } rows[] = {{"PSNR, dB", (double)v->psnr, r->black_psnr},
                {"foreground PSNR, dB", (double)v->foreground_psnr, r->black_foreground_psnr},
                {"SSIM", (double)v->ssim, r->black_ssim},
                {"bits per dimension", (double)v->bits_per_dimension, (double)NAN}};
    snprintf(table->title, sizeof table->title, "Reconstruction of %u validation clips", r->validation_clips);
    if (!table_begin(table, 4, 3, heads, error))
        return false;
    for (unsigned i = 0; i < 4; i++) {
        table_name(table, i, rows[i].name);
        table_number(table, i, 1, rows[i].model);
        table_number(table, i, 2, rows[i].black);
    }
    return true;
}

static bool make_levels(const struct eval_results *r, struct table *table, struct cli_error *error) {
    static const char *const heads[] = {"level", "KL, nats", "active units", "units"};
    snprintf(table->title, sizeof table->title, "Latents, from the top to the finest");
    if (!table_begin(table, r->level_count, 4, heads, error))
        return false;
    for (unsigned i = 0; i < r->level_count; i++) {
        snprintf(table_cell(table, i, 0), TABLE_TEXT, "%u", i);
        table_number(table, i, 1, (double)r->reconstruction.kl[i]);
        table_number(table, i, 2, r->reconstruction.active_units[i]);
        table_number(table, i, 3, r->units[i]);
    }
    return true;
}

static bool make_samples(const struct eval_results *r, struct table *table, struct cli_error *error) {
    static const char *const heads[] = {"", "samples", "real", "shuffled", "blurred"};
    snprintf(table->title, sizeof table->title, "Against %u training clips, %u of each kind",
             r->n * r->kind_count, r->n);
    if (!table_begin(table, FIGURE_COUNT, 1 + COLUMN_COUNT, heads, error))
        return false;
    for (unsigned i = 0; i < FIGURE_COUNT; i++) {
        table_name(table, i, eval_figure_table[i].title);
        for (unsigned column = 0; column < COLUMN_COUNT; column++)
            table_number(table, i, 1 + column, r->all[column].at[i]);
    }
    return true;
}

// Samples with real clips behind them: "0.91 (1)".
static void pair(struct table *table, unsigned row, unsigned column, double samples, double real) {
    char text[NUMBER_TEXT], beside[NUMBER_TEXT];
    number_text(samples, text);
    number_text(real, beside);
    snprintf(table_cell(table, row, column), TABLE_TEXT, "%.20s (%.20s)", text, beside);
}

static bool make_kinds(const struct eval_results *r, struct table *table, struct cli_error *error) {
    static const char *const heads[] = {"kind",   "accuracy", "sharpness", "brightest",
                                        "motion", "recall",   "diversity", "memorisation"};
    static const enum eval_figure figures[] = {FIGURE_ACCURACY,         FIGURE_SHARPNESS, FIGURE_PEAK,
                                               FIGURE_FIRST_DIFFERENCE, FIGURE_RECALL,    FIGURE_DIVERSITY,
                                               FIGURE_MEMORISATION};
    snprintf(table->title, sizeof table->title, "By kind: samples (real)");
    if (!table_begin(table, r->kind_count, 8, heads, error))
        return false;
    for (unsigned kind = 0; kind < r->kind_count; kind++) {
        table_name(table, kind, r->kinds[kind]);
        for (unsigned i = 0; i < 7; i++)
            pair(table, kind, 1 + i, r->by_kind[COLUMN_SAMPLES][kind].at[figures[i]],
                 r->by_kind[COLUMN_REAL][kind].at[figures[i]]);
    }
    return true;
}

static bool make_morphs(const struct eval_results *r, struct table *table, struct cli_error *error) {
    static const char *const heads[] = {"", "kinds", "cross-fade", "clips", "cross-fade"};
    static const char *const names[] = {"brightest pixels half-way", "sharpness half-way",
                                        "largest step over mean", "perceptual path length"};
    const struct morph_way *ways[] = {&r->kind_morphs.morph, &r->kind_morphs.fade, &r->clip_morphs.morph,
                                      &r->clip_morphs.fade};
    snprintf(table->title, sizeof table->title, "Morphs between %u pairs of kinds and %u pairs of clips",
             r->kind_morphs.pairs, r->clip_morphs.pairs);
    if (!table_begin(table, 4, 5, heads, error))
        return false;
    for (unsigned row = 0; row < 4; row++)
        table_name(table, row, names[row]);
    for (unsigned i = 0; i < 4; i++) {
        table_number(table, 0, 1 + i, ways[i]->peak);
        table_number(table, 1, 1 + i, ways[i]->sharpness);
        table_number(table, 2, 1 + i, ways[i]->largest_over_mean);
        table_number(table, 3, 1 + i, ways[i]->path_length);
    }
    return true;
}

bool eval_table_make(const struct eval_results *results, enum eval_table which, struct table *table,
                     struct cli_error *error) {
    static bool (*const makers[TABLE_COUNT])(const struct eval_results *, struct table *,
                                             struct cli_error *) = {make_reconstruction, make_levels,
                                                                    make_samples, make_kinds, make_morphs};
    *table = (struct table){.rows = 0};
    return makers[which](results, table, error);
}

// --- printing

// Characters, not bytes.
static int width_of(const char *text) {
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static int column_width(const struct table *table, unsigned column) {
    int width = width_of(table->heads[column]);
    for (unsigned row = 0; row < table->rows; row++)
        if (width_of(table_cell(table, row, column)) > width)
            width = width_of(table_cell(table, row, column));
    return width;
}

static void print_cell(const struct table *table, unsigned column, const char *text, FILE *out) {
    int room = column_width(table, column) - width_of(text);
    if (column == 0)
        fprintf(out, "  %s%*s", text, room, "");
    else
        fprintf(out, "  %*s%s", room, "", text);
}

void table_print(const struct table *table, FILE *out) {
    fprintf(out, "%s\n", table->title);
    for (unsigned column = 0; column < table->columns; column++)
        print_cell(table, column, table->heads[column], out);
    for (unsigned row = 0; row < table->rows; row++) {
        fputc('\n', out);
        for (unsigned column = 0; column < table->columns; column++)
            print_cell(table, column, table_cell(table, row, column), out);
    }
    fputs("\n\n", out);
}

// A bar would end the cell.
static void print_markdown_cell(const char *text, FILE *out) {
    fputs("| ", out);
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc(' ', out);
}

void table_print_markdown(const struct table *table, FILE *out) {
    fprintf(out, "%s:\n\n", table->title);
    for (unsigned column = 0; column < table->columns; column++)
        print_markdown_cell(table->heads[column], out);
    fputs("|\n", out);
    for (unsigned column = 0; column < table->columns; column++)
        fputs("|---", out);
    fputs("|\n", out);
    for (unsigned row = 0; row < table->rows; row++) {
        for (unsigned column = 0; column < table->columns; column++)
            print_markdown_cell(table_cell(table, row, column), out);
        fputs("|\n", out);
    }
    fputc('\n', out);
}
