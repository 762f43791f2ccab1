// Everything that an evaluation says.
#ifndef MOGRAPH_CLI_EVAL_RESULTS_H
#define MOGRAPH_CLI_EVAL_RESULTS_H

#include "cli/eval/judging_set.h"
#include "cli/eval/morphs.h"
#include "cli/train/metrics.h"

// What is compared with the reference. Real clips are the floor, the last two the negative controls.
enum eval_column { COLUMN_SAMPLES, COLUMN_REAL, COLUMN_SHUFFLED, COLUMN_BLURRED, COLUMN_COUNT };
extern const char *const eval_column_names[COLUMN_COUNT];

struct eval_results {
    // What was judged, and how.
    const char *data, *weights, *hash, *device;
    struct judging_set judged;
    struct point_draw drawing;
    uint32_t n, kind_count;
    char *const *kinds;
    uint32_t training_clips, validation_clips;
    // Figures. NAN: nothing to say.
    struct validation reconstruction;
    double black_psnr, black_foreground_psnr, black_ssim; // of a black clip in its place
    uint32_t level_count, units[VAE_MAX_STAGES + 1];      // numbers of each level
    struct eval_figures all[COLUMN_COUNT];
    struct eval_figures *by_kind[COLUMN_COUNT]; // [kind_count]
    struct eval_morph kind_morphs, clip_morphs;
};

// Fills `all` and `by_kind` from samples and data, classified. Destroy in either case.
bool eval_results_compare(struct eval_results *results, const struct eval_data *data,
                          const struct eval_set *samples, struct cli_error *error);
void eval_results_destroy(struct eval_results *results);

#endif
