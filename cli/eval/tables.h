// Results as tables of text, for the terminal and for the page.
#ifndef MOGRAPH_CLI_EVAL_TABLES_H
#define MOGRAPH_CLI_EVAL_TABLES_H

#include "cli/eval/results.h"

#include <stdio.h>

enum { TABLE_MAX_COLUMNS = 9, TABLE_TEXT = 48 };

struct table {
    char title[160];
    unsigned columns, rows;
    const char *heads[TABLE_MAX_COLUMNS];
    char (*cells)[TABLE_TEXT]; // [rows][columns]; the first column names the row
};

enum eval_table { TABLE_RECONSTRUCTION, TABLE_LEVELS, TABLE_SAMPLES, TABLE_KINDS, TABLE_MORPHS, TABLE_COUNT };

// Destroy it in either case.
bool eval_table_make(const struct eval_results *results, enum eval_table which, struct table *table,
                     struct cli_error *error);
void table_destroy(struct table *table);

// For other tables: room for the cells, then their texts. Heads and their array's texts outlive the table.
bool table_begin(struct table *table, unsigned rows, unsigned columns, const char *const *heads,
                 struct cli_error *error);
char *table_cell(const struct table *table, unsigned row, unsigned column); // [TABLE_TEXT]
void table_name(struct table *table, unsigned row, const char *text);
void table_number(struct table *table, unsigned row, unsigned column, double value);

// Columns as wide as they need.
void table_print(const struct table *table, FILE *out);
// As Markdown: the title and a colon, then the table.
void table_print_markdown(const struct table *table, FILE *out);

#endif
