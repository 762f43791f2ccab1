// Measures clips one by one into a set, and classifies them.
#include "cli/eval/set.h"

#include <stdlib.h>
#include <string.h>

bool eval_set_create(struct eval_set *set, uint32_t capacity, uint32_t d, uint32_t h, uint32_t w,
                     uint32_t kinds, struct cli_error *error) {
    size_t room = capacity > 0 ? capacity : 1;
    *set = (struct eval_set){
        .capacity = capacity, .d = d, .h = h, .w = w, .config = classifier_config_for(d, h, w, kinds)};
    set->classes = malloc(room * sizeof *set->classes);
    set->pictures = malloc(room * sizeof *set->pictures);
    set->reduced = malloc(room * classifier_input_bytes(&set->config));
    set->features = malloc(room * CLASSIFIER_FEATURES * sizeof *set->features);
    set->choices = malloc(room * sizeof *set->choices);
    return (set->classes != NULL && set->pictures != NULL && set->reduced != NULL && set->features != NULL &&
            set->choices != NULL) ||
           eval_no_memory(error);
}

void eval_set_destroy(struct eval_set *set) {
    free(set->classes);
    free(set->pictures);
    free(set->reduced);
    free(set->features);
    free(set->choices);
    *set = (struct eval_set){0};
}

bool eval_set_add(struct eval_set *set, const uint8_t *rgb, uint32_t class, struct cli_error *error) {
    const struct clip_view view = {.u8 = rgb, .d = set->d, .h = set->h, .w = set->w, .stride = 3};
    size_t bytes = classifier_input_bytes(&set->config);
    if (!cli_check(error, picture_measure(&view, &set->pictures[set->count]), "measuring a clip"))
        return false;
    classifier_reduce(&set->config, rgb, set->d, set->h, set->w, set->reduced + set->count * bytes);
    set->classes[set->count++] = class;
    return true;
}

void eval_set_copy(struct eval_set *set, const struct eval_set *from, uint32_t i) {
    size_t bytes = classifier_input_bytes(&set->config), features = CLASSIFIER_FEATURES;
    uint32_t at = set->count++;
    set->classes[at] = from->classes[i];
    set->pictures[at] = from->pictures[i];
    set->choices[at] = from->choices[i];
    memcpy(set->reduced + at * bytes, from->reduced + i * bytes, bytes);
    memcpy(set->features + at * features, from->features + i * features, features * sizeof *set->features);
}

bool eval_set_classify(struct eval_set *set, struct classifier *classifier, struct cli_error *error) {
    const struct classifier_clips clips = {set->count, set->reduced, set->classes};
    uint32_t classes = set->config.classes;
    float *logits = malloc(((size_t)set->count * classes + 1) * sizeof *logits);
    if (logits == NULL)
        return eval_no_memory(error);
    enum rt_status status = classifier_run(classifier, &clips, set->features, logits);
    for (uint32_t i = 0; i < set->count && status == RT_OK; i++)
        set->choices[i] = classifier_choice(logits + (size_t)i * classes, classes);
    free(logits);
    return cli_check(error, status, "running the classifier");
}
