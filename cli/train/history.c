// Reads metrics.csv back.
#include "cli/train/history.h"

#include "runtime/system/files.h"
#include "runtime/system/text_stream.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Lines of the file that end, without their ends. NULL at the end of the file.
static char *next_line(FILE *file, char **line, size_t *capacity) {
    ptrdiff_t length = sys_read_line(line, capacity, file);
    if (length <= 0 || (*line)[length - 1] != '\n')
        return NULL;
    (*line)[length - 1] = '\0';
    return *line;
}

static unsigned count_cells(const char *line) {
    unsigned cells = 1;
    for (; *line != '\0'; line++)
        cells += *line == ',';
    return cells;
}

static bool take_header(struct history *h, const char *line) {
    h->columns = count_cells(line);
    h->header = malloc(strlen(line) + 1);
    h->names = malloc(h->columns * sizeof *h->names);
    if (h->header == NULL || h->names == NULL)
        return false;
    memcpy(h->header, line, strlen(line) + 1);
    char *cell = h->header;
    for (unsigned i = 0; i < h->columns; i++) {
        h->names[i] = cell;
        cell += strcspn(cell, ",");
        if (*cell == ',')
            *cell++ = '\0';
    }
    return true;
}

static bool make_room(struct history *h) {
    if (h->rows < h->capacity)
        return true;
    size_t capacity = h->capacity > 0 ? 2 * h->capacity : 1024;
    double *values = malloc(capacity * h->columns * sizeof *values);
    if (values == NULL)
        return false;
    for (unsigned i = 0; i < h->columns && h->rows > 0; i++)
        memcpy(values + i * capacity, h->values + i * h->capacity, h->rows * sizeof *values);
    free(h->values);
    h->values = values;
    h->capacity = capacity;
    return true;
}

// False when a cell is neither empty nor a number, or their count is not the header's.
static bool take_row(struct history *h, const char *line) {
    if (count_cells(line) != h->columns)
        return false;
    for (unsigned i = 0; i < h->columns; i++) {
        size_t length = strcspn(line, ",");
        char *end;
        double value = length > 0 ? strtod(line, &end) : NAN;
        if (length > 0 && end != line + length)
            return false;
        h->values[i * h->capacity + h->rows] = value;
        line += length + 1;
    }
    h->rows++;
    return true;
}

static bool read_rows(struct history *h, FILE *file, const char *path, struct cli_error *error) {
    char *line = NULL;
    size_t capacity = 0;
    bool read = next_line(file, &line, &capacity) != NULL || cli_fail(error, path, "has no header");
    if (read && !take_header(h, line))
        read = cli_fail(error, path, "no memory for its rows");
    while (read && next_line(file, &line, &capacity) != NULL) {
        if (!make_room(h))
            read = cli_fail(error, path, "no memory for its rows");
        else if (!take_row(h, line))
            read = cli_fail(error, path, "line %zu does not hold %u numbers", h->rows + 2, h->columns);
    }
    if (read && ferror(file))
        read = cli_fail(error, path, "%s", strerror(errno));
    free(line);
    return read;
}

bool history_read(struct history *h, const char *path, struct cli_error *error) {
    FILE *file = sys_fopen(path, "r");
    *h = (struct history){.rows = 0};
    if (file == NULL)
        return cli_fail(error, path, "%s", strerror(errno));
    bool read = read_rows(h, file, path, error);
    fclose(file);
    if (!read)
        history_destroy(h);
    return read;
}

void history_destroy(struct history *h) {
    free(h->header);
    free(h->names);
    free(h->values);
    *h = (struct history){.rows = 0};
}

const double *history_column(const struct history *h, const char *name) {
    for (unsigned i = 0; i < h->columns && h->values != NULL; i++)
        if (strcmp(h->names[i], name) == 0)
            return h->values + i * h->capacity;
    return NULL;
}

double history_newest(const struct history *h, const char *name, unsigned age, size_t *row) {
    const double *column = history_column(h, name);
    for (size_t i = h->rows; column != NULL && i-- > 0;)
        if (isfinite(column[i]) && age-- == 0) {
            if (row != NULL)
                *row = i;
            return column[i];
        }
    return NAN;
}
