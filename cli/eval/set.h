// A set of clips to be measured: each is looked at once and dropped, what figures need of it stays.
#ifndef MOGRAPH_CLI_EVAL_SET_H
#define MOGRAPH_CLI_EVAL_SET_H

#include "cli/check.h"
#include "model/classifier/classifier.h"
#include "model/metrics/distribution.h"
#include "model/metrics/picture.h"

struct eval_set {
    uint32_t count, capacity;
    uint32_t d, h, w;                // of every clip
    struct classifier_config config; // of a reduced clip
    uint32_t *classes;               // [count], the kind a clip is meant to be
    struct picture *pictures;        // [count]
    uint8_t *reduced;                // [count][classifier_input_bytes]
    // After eval_set_classify: [count][CLASSIFIER_FEATURES], and the kind that each is taken for.
    float *features;
    uint32_t *choices;
};

// Room for `capacity` clips of d x h x w in `kinds` kinds. Destroy it in either case.
bool eval_set_create(struct eval_set *set, uint32_t capacity, uint32_t d, uint32_t h, uint32_t w,
                     uint32_t kinds, struct cli_error *error);
void eval_set_destroy(struct eval_set *set);

// Measures rgb [d][h][w][3] as one more clip.
bool eval_set_add(struct eval_set *set, const uint8_t *rgb, uint32_t class, struct cli_error *error);
// The same of a clip that another set has measured, classified or not.
void eval_set_copy(struct eval_set *set, const struct eval_set *from, uint32_t i);

// Says what to do when memory is out; false.
static inline bool eval_no_memory(struct cli_error *error) {
    return cli_no_memory(error, "the clips that are measured: lower --n");
}

bool eval_set_classify(struct eval_set *set, struct classifier *classifier, struct cli_error *error);

#endif
