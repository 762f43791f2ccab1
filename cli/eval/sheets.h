// Contact sheets: what the figures were taken from, to look at.
#ifndef MOGRAPH_CLI_EVAL_SHEETS_H
#define MOGRAPH_CLI_EVAL_SHEETS_H

#include "cli/eval/model.h"

struct eval_sheets {
    const struct eval_model *model;
    const struct eval_data *data;
    const struct eval_set *samples; // as eval_samples left it
    const struct point_draw *how;
    const struct points *kind_keys, *clip_keys; // ends of morphs
};

enum eval_sheet {
    SHEET_SAMPLES,
    SHEET_NEIGHBOURS,
    SHEET_RECONSTRUCTIONS,
    SHEET_MORPHS,
    SHEET_STILL_SAMPLES,
    SHEET_STILL_REAL,
    SHEET_COUNT
};

struct eval_sheet_info {
    const char *file, *title,
        *text; // "samples.gif", and what stands below it; stills are no part of the page
};
extern const struct eval_sheet_info eval_sheet_table[SHEET_COUNT];

// Writes all sheets into a folder, in place of old ones.
bool eval_sheets_write(const struct eval_sheets *sheets, const char *folder, struct cli_error *error);

#endif
