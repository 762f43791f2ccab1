// Morphs: what lies on the way between two points, z = t z1 + (1 - t) z2,
// beside a cross-fade of the two clips.
#ifndef MOGRAPH_CLI_EVAL_MORPHS_H
#define MOGRAPH_CLI_EVAL_MORPHS_H

#include "cli/eval/model.h"

enum {
    MORPH_STEPS = 16,   // values of t
    MORPH_MOST_KEYS = 8 // ways, from each key to the next and from the last to the first
};

// Means over pairs; NAN: nothing to say.
struct morph_way {
    double peak, sharpness;   // picture.h, at t = 1/2 over the mean of both ends
    double largest_over_mean; // step between values of t, of features
    double path_length;       // perceptual, see distribution.h
};

struct eval_morph {
    uint32_t pairs;
    struct morph_way morph, fade;
};

// The ends of a ring of ways: samples of the kinds, or a validation clip of each, encoded. Destroy in either
// case.
bool eval_keys_of_kinds(const struct eval_model *model, const struct eval_data *data,
                        const struct point_draw *how, struct points *keys, struct cli_error *error);
bool eval_keys_of_clips(const struct eval_model *model, const struct eval_data *data, struct points *keys,
                        struct cli_error *error);

// Walks the ring and measures it. `what` names it in the progress.
bool eval_morphs(const struct eval_model *model, const struct eval_data *data, struct classifier *classifier,
                 const struct points *keys, const char *what, struct eval_morph *out,
                 struct cli_error *error);

// The pixels of (1 - t) a + t b.
void eval_fade(const uint8_t *a, const uint8_t *b, size_t bytes, float t, uint8_t *out);

#endif
