// A classifier of clips, trained on real ones: it says which kind a clip is, and its features are what clips
// are compared by (metrics/distribution.h). Trained once for a data set, in a minute on two cores.
#ifndef MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_H
#define MOGRAPH_MODEL_CLASSIFIER_CLASSIFIER_H

#include "model/classifier/classifier_input.h"

struct classifier;

// Builds it on the device; weights start by the seed. The library must outlive it. The caller owns *out.
// Errors: RT_ERROR_INVALID, RT_ERROR_OUT_OF_MEMORY.
enum rt_status classifier_create(struct op_library *library, const struct classifier_config *config,
                                 uint64_t seed, struct classifier **out);
void classifier_destroy(struct classifier **classifier);

const struct classifier_config *classifier_config_of(const struct classifier *classifier);

// Clips as classifier_reduce leaves them: uint8 [count][d][h][w][4], with a class each to train on.
struct classifier_clips {
    uint32_t count;
    const uint8_t *reduced;
    const uint32_t *classes; // [count], not read by classifier_run
};

struct classifier_options {
    uint32_t steps;     // of 16 clips; 0: 200
    float lr;           // highest, falls along a cosine; 0: 0.003
    float weight_decay; // AdamW
    uint64_t seed;      // of the order of clips and of the shifts by up to a sixteenth of height and width
    void (*progress)(void *user, uint32_t done, uint32_t steps, float loss); // may be NULL
    void *user;
};

// Trains from the present weights: cross-entropy, AdamW. The same seed, clips and device give the same bits.
// Errors: RT_ERROR_INVALID (no clips, a class out of range), RT_ERROR_DRIVER (a loss or gradient that is not
// finite), RT_ERROR_OUT_OF_MEMORY.
enum rt_status classifier_train(struct classifier *classifier, const struct classifier_clips *clips,
                                const struct classifier_options *options);

// features [count][CLASSIFIER_FEATURES] and logits [count][classes]; either may be NULL. Errors:
// RT_ERROR_DRIVER when a number is not finite, with the device named.
enum rt_status classifier_run(struct classifier *classifier, const struct classifier_clips *clips,
                              float *features, float *logits);

// Index of the largest of a clip's logits.
uint32_t classifier_choice(const float *logits, uint32_t classes);

// One safetensors file with PyTorch's names and layouts. `data` names what it was trained on, by a hash or
// otherwise, and is compared when it is read: another one is no error, but *found is then false, as it is
// when there is no file, and nothing was read. A file that is there and broken is an error, with one line.
enum rt_status classifier_save(struct classifier *classifier, const char *path, const char *data);
enum rt_status classifier_load(struct classifier *classifier, const char *path, const char *data,
                               bool *found);

#endif
