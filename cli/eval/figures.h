// A set of clips against real ones, in figures.
#ifndef MOGRAPH_CLI_EVAL_FIGURES_H
#define MOGRAPH_CLI_EVAL_FIGURES_H

#include "cli/eval/set.h"

// In the order of tables. A ratio is of the set's mean to the mean of the real ones.
enum eval_figure {
    FIGURE_SHARPNESS, // ratio of picture.laplacian
    FIGURE_PEAK,
    FIGURE_BLOBS,
    FIGURE_FIRST_DIFFERENCE,
    FIGURE_SECOND_DIFFERENCE,
    FIGURE_ACCURACY,
    FIGURE_PRECISION,
    FIGURE_RECALL,
    FIGURE_DENSITY,
    FIGURE_COVERAGE,
    FIGURE_FRECHET,
    FIGURE_KID,
    FIGURE_DIVERSITY, // ratio of the mean distance within a kind, mean over kinds
    FIGURE_MEMORISATION,
    FIGURE_COUNT
};

struct eval_figure_info {
    const char *key;   // in JSON
    const char *title; // in tables
    const char *note;  // what it says, for the page
};
extern const struct eval_figure_info eval_figure_table[FIGURE_COUNT];

// NAN: nothing to say.
struct eval_figures {
    uint32_t count; // clips
    double at[FIGURE_COUNT];
};

#define EVAL_ALL_KINDS UINT32_MAX

// The real clips: as many of each kind as the sets to be judged have, all there are to copy from, and new
// ones to tell what distance from those is usual.
struct eval_real {
    const struct eval_set *reference, *training, *validation;
};

// Judges the clips of one kind, or all. Every set has been classified.
bool eval_compare(const struct eval_set *set, const struct eval_real *real, uint32_t kind,
                  struct eval_figures *out, struct cli_error *error);

#endif
