// Turns two measured sets of clips into figures: precision, recall, Frechet and kernel distance, and more.
#include "cli/eval/figures.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const struct eval_figure_info eval_figure_table[FIGURE_COUNT] = {
    [FIGURE_SHARPNESS] = {"sharpness", "sharpness",
                          "energy of the foreground's Laplacian, ratio to real clips"},
    [FIGURE_PEAK] = {"peak", "brightest pixels", "mean of the brightest 0.1% of pixels, ratio"},
    [FIGURE_BLOBS] = {"blobs", "blobs a frame", "separate bright spots, ratio"},
    [FIGURE_FIRST_DIFFERENCE] = {"first_difference", "motion", "energy from frame to frame, ratio"},
    [FIGURE_SECOND_DIFFERENCE] = {"second_difference", "jerk", "energy of the second difference, ratio"},
    [FIGURE_ACCURACY] = {"accuracy", "kind accuracy", "taken by the classifier for the kind they should be"},
    [FIGURE_PRECISION] = {"precision", "precision", "part that lies among real clips"},
    [FIGURE_RECALL] = {"recall", "recall", "part of the real clips that lies among them"},
    [FIGURE_DENSITY] = {"density", "density", "how deep among real clips they lie, 1 when as real ones"},
    [FIGURE_COVERAGE] = {"coverage", "coverage", "part of the real clips that has one near"},
    [FIGURE_FRECHET] = {"frechet", "Frechet distance", "of the Gaussians over features, 0 when alike"},
    [FIGURE_KID] = {"kid", "kernel distance", "cubic kernel, unbiased, 0 when alike"},
    [FIGURE_DIVERSITY] = {"diversity", "diversity in a kind", "mean distance of two of a kind, ratio"},
    [FIGURE_MEMORISATION] =
        {"memorisation", "memorisation",
         "distance to the nearest training clip over that of new real clips, 0 for copies"},
};

// --- clips of one kind

static bool wanted(const struct eval_set *set, uint32_t i, uint32_t kind) {
    return kind == EVAL_ALL_KINDS || set->classes[i] == kind;
}

// The features of a kind, gathered; release with features_free.
static bool gather(const struct eval_set *set, uint32_t kind, struct features *out) {
    float *x = malloc(((size_t)set->count + 1) * CLASSIFIER_FEATURES * sizeof *x);
    *out = (struct features){.x = x, .dim = CLASSIFIER_FEATURES};
    for (uint32_t i = 0; i < set->count && x != NULL; i++)
        if (wanted(set, i, kind))
            memcpy(x + CLASSIFIER_FEATURES * (size_t)out->n++,
                   set->features + CLASSIFIER_FEATURES * (size_t)i, CLASSIFIER_FEATURES * sizeof *x);
    return x != NULL;
}

static void features_free(struct features *features) {
    free((void *)features->x);
}

// --- pictures

// Mean of one figure of the pictures, a double at `offset`; clips that have nothing to say are left out.
static double mean_of(const struct eval_set *set, uint32_t kind, size_t offset) {
    double sum = 0.0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        double value;
        memcpy(&value, (const char *)&set->pictures[i] + offset, sizeof value);
        if (wanted(set, i, kind) && isfinite(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0 ? sum / count : (double)NAN;
}

static double ratio(double value, double to) {
    return to > 0.0 ? value / to : (double)NAN;
}

static void compare_pictures(const struct eval_set *set, const struct eval_set *reference, uint32_t kind,
                             double *at) {
    static const struct {
        enum eval_figure figure;
        size_t offset;
    } rows[] = {{FIGURE_SHARPNESS, offsetof(struct picture, laplacian)},
                {FIGURE_PEAK, offsetof(struct picture, peak)},
                {FIGURE_BLOBS, offsetof(struct picture, blobs)},
                {FIGURE_FIRST_DIFFERENCE, offsetof(struct picture, first_difference)},
                {FIGURE_SECOND_DIFFERENCE, offsetof(struct picture, second_difference)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        at[rows[i].figure] =
            ratio(mean_of(set, kind, rows[i].offset), mean_of(reference, kind, rows[i].offset));
}

static double accuracy(const struct eval_set *set, uint32_t kind) {
    uint32_t count = 0, right = 0;
    for (uint32_t i = 0; i < set->count; i++)
        if (wanted(set, i, kind)) {
            count++;
            right += set->choices[i] == set->classes[i];
        }
    return count > 0 ? (double)right / count : (double)NAN;
}

// --- features

static enum rt_status diversity_of_kind(const struct eval_set *set, uint32_t kind, double *out) {
    struct features x;
    enum rt_status status = gather(set, kind, &x) ? distribution_diversity(x, out) : RT_ERROR_OUT_OF_MEMORY;
    features_free(&x);
    return status;
}

// Of one kind, or the mean over kinds that have two clips.
static enum rt_status diversity(const struct eval_set *set, uint32_t kind, double *out) {
    double sum = 0.0, value = (double)NAN;
    uint32_t kinds = 0;
    enum rt_status status = RT_OK;
    for (uint32_t k = 0; k < set->config.classes && status == RT_OK; k++) {
        if (kind != EVAL_ALL_KINDS && k != kind)
            continue;
        status = diversity_of_kind(set, k, &value);
        if (status == RT_OK && isfinite(value)) {
            sum += value;
            kinds++;
        }
    }
    *out = kinds > 0 ? sum / kinds : (double)NAN;
    return status;
}

static enum rt_status compare_diversity(const struct eval_set *set, const struct eval_set *reference,
                                        uint32_t kind, double *out) {
    double ours, theirs;
    enum rt_status status = diversity(set, kind, &ours);
    if (status == RT_OK)
        status = diversity(reference, kind, &theirs);
    if (status == RT_OK)
        *out = ratio(ours, theirs);
    return status;
}

struct gathered {
    struct features set, reference, training, validation;
};

static enum rt_status compare_features(const struct gathered *g, double *at) {
    struct manifold m;
    enum rt_status status = distribution_manifold(g->reference, g->set, &m);
    if (status == RT_OK)
        status = distribution_frechet(g->reference, g->set, &at[FIGURE_FRECHET]);
    if (status == RT_OK)
        status = distribution_kid(g->reference, g->set, &at[FIGURE_KID]);
    if (status == RT_OK)
        status = distribution_memorisation(g->set, g->validation, g->training, &at[FIGURE_MEMORISATION]);
    if (status != RT_OK)
        return status;
    at[FIGURE_PRECISION] = m.precision;
    at[FIGURE_RECALL] = m.recall;
    at[FIGURE_DENSITY] = m.density;
    at[FIGURE_COVERAGE] = m.coverage;
    return RT_OK;
}

static enum rt_status gather_and_compare(const struct eval_set *set, const struct eval_real *real,
                                         uint32_t kind, struct eval_figures *out) {
    struct gathered g = {0};
    bool done = gather(set, kind, &g.set) && gather(real->reference, kind, &g.reference) &&
                gather(real->training, kind, &g.training) && gather(real->validation, kind, &g.validation);
    out->count = g.set.n;
    enum rt_status status = done ? compare_features(&g, out->at) : RT_ERROR_OUT_OF_MEMORY;
    features_free(&g.set);
    features_free(&g.reference);
    features_free(&g.training);
    features_free(&g.validation);
    return status;
}

bool eval_compare(const struct eval_set *set, const struct eval_real *real, uint32_t kind,
                  struct eval_figures *out, struct cli_error *error) {
    compare_pictures(set, real->reference, kind, out->at);
    out->at[FIGURE_ACCURACY] = accuracy(set, kind);
    enum rt_status status = compare_diversity(set, real->reference, kind, &out->at[FIGURE_DIVERSITY]);
    if (status == RT_OK)
        status = gather_and_compare(set, real, kind, out);
    return cli_check(error, status, "comparing clips");
}
