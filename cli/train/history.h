// metrics.csv read back: a table of numbers under names.
#ifndef MOGRAPH_CLI_TRAIN_HISTORY_H
#define MOGRAPH_CLI_TRAIN_HISTORY_H

#include "cli/error.h"

#include <stddef.h>

// Zero-initialise; history_destroy frees.
struct history {
    unsigned columns;
    char *header;       // what the names point into
    const char **names; // [columns]
    size_t rows, capacity;
    double *values; // [columns][capacity]; NAN for an empty cell
};

// Reads the whole file. A last line without its end, which a killed run leaves, does not count. False with
// one line in *error when there is no such file or a row does not fit the header.
bool history_read(struct history *history, const char *path, struct cli_error *error);
void history_destroy(struct history *history);

// A column's [rows] values; NULL when there is none of that name, or no row.
const double *history_column(const struct history *history, const char *name);
// The newest finite value of a column, age 0, or the age-th before it; NAN when there is none (or no column).
// *row (may be NULL) gets where it stands.
double history_newest(const struct history *history, const char *name, unsigned age, size_t *row);

#endif
