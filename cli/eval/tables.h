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

// Columns as wide as they need.
void table_print(const struct table *table, FILE *out);

#endif
