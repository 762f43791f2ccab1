// Evaluations beside each other: what several `mograph eval --json` said of one set, in one table.
#ifndef MOGRAPH_CLI_EVAL_COMPARISON_H
#define MOGRAPH_CLI_EVAL_COMPARISON_H

#include "cli/eval/tables.h"

#include <cjson/cJSON.h>

enum { COMPARISON_MOST = TABLE_MAX_COLUMNS - 2 }; // the names of the rows and the last column go off

// One evaluation.
struct compared {
    char path[PATH_CAPACITY];
    cJSON *results;
    char label[TABLE_TEXT]; // of its weights
};

// Zero-initialise; destroy in either case.
struct comparison {
    unsigned count;
    struct compared of[COMPARISON_MOST];
};

// Reads files of `mograph eval --json`, or folders with eval.json of `eval -o`. Refuses more than
// COMPARISON_MOST, and names the first file whose figures do not stand beside those of the others: of another
// set, of another number of clips, or of a version that did not write down the set.
bool comparison_read(struct comparison *comparison, char *const *paths, unsigned count,
                     struct cli_error *error);
void comparison_destroy(struct comparison *comparison);

// "particles: seed 7, ... (0123456789abcdef), 30 clips of each kind"
void comparison_title(const struct comparison *comparison, char *text, size_t size);

enum comparison_table {
    COMPARISON_RECONSTRUCTION,
    COMPARISON_SAMPLES,
    COMPARISON_MORPHS,
    COMPARISON_KINDS,
    COMPARISON_COUNT
};
// A column for each evaluation; the last one is what a figure is compared with: a black clip, real clips.
// Destroy the table in either case.
bool comparison_table_make(const struct comparison *comparison, enum comparison_table which,
                           struct table *table, struct cli_error *error);

// {"set": ..., "n": ..., "evaluations": [...]}, each as its file has it. The caller deletes it.
cJSON *comparison_json(const struct comparison *comparison);

#endif
