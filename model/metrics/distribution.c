// Computes the distances between sets of feature vectors.
#include "model/metrics/distribution_private.h"

#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>

// --- judging arguments

static bool all_finite(struct features f) {
    for (size_t i = 0; i < (size_t)f.n * f.dim; i++)
        if (!isfinite(f.x[i])) {
            rt_log(RT_LOG_ERROR, "feature %zu of vector %zu is not finite", i % f.dim, i / f.dim);
            return false;
        }
    return true;
}

bool features_usable(struct features a, struct features b) {
    if (a.dim == b.dim)
        return all_finite(a) && all_finite(b);
    rt_log(RT_LOG_ERROR, "feature vectors of %u and %u numbers cannot be compared", a.dim, b.dim);
    return false;
}

enum rt_status features_out_of_memory(void) {
    rt_log(RT_LOG_ERROR, "no memory to compare feature vectors");
    return RT_ERROR_OUT_OF_MEMORY;
}

// --- distances

double features_distance(struct features a, uint32_t i, struct features b, uint32_t j) {
    const float *x = a.x + (size_t)i * a.dim, *y = b.x + (size_t)j * b.dim;
    double sum = 0.0;
    for (uint32_t k = 0; k < a.dim; k++) {
        double d = (double)x[k] - (double)y[k];
        sum += d * d;
    }
    return sqrt(sum);
}

static double to_nearest(struct features x, uint32_t i, struct features among, uint32_t *which) {
    double least = INFINITY;
    for (uint32_t j = 0; j < among.n; j++) {
        double d = features_distance(x, i, among, j);
        if (d < least) {
            least = d;
            *which = j;
        }
    }
    return least;
}

enum rt_status distribution_nearest(struct features x, struct features among, uint32_t *nearest) {
    if (!features_usable(x, among))
        return RT_ERROR_INVALID;
    for (uint32_t i = 0; i < x.n; i++)
        to_nearest(x, i, among, &nearest[i]);
    return RT_OK;
}

// --- spread, copies, paths

enum rt_status distribution_diversity(struct features x, double *out) {
    double sum = 0.0;
    *out = (double)NAN;
    if (!features_usable(x, x))
        return RT_ERROR_INVALID;
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t j = 0; j < i; j++)
            sum += features_distance(x, i, x, j);
    if (x.n >= 2)
        *out = sum / (0.5 * x.n * (x.n - 1.0));
    return RT_OK;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, uint32_t n) {
    qsort(values, n, sizeof *values, by_value);
    return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

static double median_to_nearest(struct features x, struct features among, double *work) {
    uint32_t ignored;
    for (uint32_t i = 0; i < x.n; i++)
        work[i] = to_nearest(x, i, among, &ignored);
    return median(work, x.n);
}

enum rt_status distribution_memorisation(struct features samples, struct features validation,
                                         struct features training, double *out) {
    *out = (double)NAN;
    if (!features_usable(samples, training) || !features_usable(validation, training))
        return RT_ERROR_INVALID;
    if (samples.n == 0 || validation.n == 0 || training.n == 0)
        return RT_OK;
    double *work = malloc((samples.n > validation.n ? samples.n : validation.n) * sizeof *work);
    if (work == NULL)
        return features_out_of_memory();
    double of_samples = median_to_nearest(samples, training, work);
    double of_new = median_to_nearest(validation, training, work);
    if (of_new > 0.0)
        *out = of_samples / of_new;
    free(work);
    return RT_OK;
}

enum rt_status distribution_path(struct features x, struct path *out) {
    const double none = (double)NAN;
    *out = (struct path){none, none, none};
    if (!features_usable(x, x))
        return RT_ERROR_INVALID;
    if (x.n < 2)
        return RT_OK;
    double steps = x.n - 1.0, length = 0.0, squares = 0.0, largest = 0.0;
    for (uint32_t i = 0; i + 1 < x.n; i++) {
        double d = features_distance(x, i, x, i + 1);
        length += d;
        squares += d * d;
        largest = fmax(largest, d);
    }
    *out = (struct path){.length = length, .perceptual = squares * steps, .largest_over_mean = none};
    if (length > 0.0)
        out->largest_over_mean = largest * steps / length;
    return RT_OK;
}
