// A class's distribution over the noise of the top latent: learning it, and shaping noise by it.
#include "model/noise/density.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SQRT_HALF 0.70710678118654752440

bool density_create(struct density *d, uint32_t classes, uint32_t dim) {
    size_t means = (size_t)classes * dim, factors = means * dim, centres = means * DENSITY_PARTS;
    *d = (struct density){.classes = classes, .dim = dim};
    d->mean = calloc(means + factors + centres + (size_t)classes * DENSITY_PARTS, sizeof(float));
    if (d->mean == NULL)
        return false;
    d->factor = d->mean + means;
    d->centre = d->factor + factors;
    d->weight = d->centre + centres;
    return true;
}

void density_destroy(struct density *d) {
    free(d->mean);
    *d = (struct density){0};
}

bool density_is_fitted(const struct density *d, uint32_t class) {
    const float *factor = d->factor + (size_t)d->dim * d->dim * class;
    for (size_t i = 0; i < (size_t)d->dim * d->dim; i++)
        if (factor[i] != 0.0f)
            return true;
    return false;
}

uint32_t density_parts(const struct density *d, uint32_t class) {
    uint32_t parts = 0;
    for (uint32_t p = 0; p < DENSITY_PARTS; p++)
        parts += d->weight[class * DENSITY_PARTS + p] > 0.0f;
    return parts > 0 ? parts : 1;
}

// --- one axis of a mixture

// Parts along one axis: where they are, and how probable given the axes before.
struct axis {
    uint32_t count;
    double centre[DENSITY_PARTS], share[DENSITY_PARTS];
};

// P(Y <= y), or of the upper tail P(Y > y), each exact where it is small.
static double tail(const struct axis *a, double y, bool upper) {
    double sum = 0.0;
    for (uint32_t p = 0; p < a->count; p++)
        sum += a->share[p] * 0.5 * erfc((upper ? y - a->centre[p] : a->centre[p] - y) * SQRT_HALF);
    return sum;
}

// The y that has as much of the mixture below it as n has of N(0, 1).
static double quantile(const struct axis *a, double n) {
    const struct axis normal = {.count = 1, .share = {1.0}};
    bool upper = n > 0.0;
    double wanted = tail(&normal, n, upper), low = a->centre[0], high = a->centre[0];
    for (uint32_t p = 1; p < a->count; p++) {
        low = fmin(low, a->centre[p]);
        high = fmax(high, a->centre[p]);
    }
    low += fmin(n, 0.0) - 1.0;
    high += fmax(n, 0.0) + 1.0;
    for (int i = 0; i < 60; i++) {
        double middle = 0.5 * (low + high), there = tail(a, middle, upper);
        if (upper ? there > wanted : there < wanted)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

// What is seen of an axis changes how probable the parts are.
static void learn(struct axis *a, double y) {
    double sum = 0.0, nearest = INFINITY;
    for (uint32_t p = 0; p < a->count; p++)
        nearest = fmin(nearest, fabs(y - a->centre[p]));
    for (uint32_t p = 0; p < a->count; p++) {
        double far = y - a->centre[p];
        sum += a->share[p] *= exp(0.5 * (nearest * nearest - far * far));
    }
    for (uint32_t p = 0; p < a->count; p++)
        a->share[p] /= sum;
}

static bool place(struct axis *a, const float *centre, uint32_t dim, uint32_t axis) {
    bool apart = false;
    for (uint32_t p = 0; p < a->count; p++) {
        a->centre[p] = (double)centre[p * dim + axis];
        apart = apart || fabs(a->centre[p] - a->centre[0]) > 1e-3;
    }
    return apart;
}

// Number `axis` of y.
static double unmix(struct axis *parts, const float *centre, uint32_t dim, uint32_t axis, double n) {
    if (!place(parts, centre, dim, axis))
        return parts->centre[0] + n;
    // Zeros, which temperature 0 leaves, are the middle of the distribution,
    // where nothing may be: a side is taken.
    double y = quantile(parts, fabs(n) < 1e-3 ? 1e-3 : n);
    learn(parts, y);
    return y;
}

void density_shape(const struct density *d, uint32_t class, const float *n, double *out) {
    uint32_t dim = d->dim;
    const float *factor = d->factor + (size_t)dim * dim * class, *mean = d->mean + (size_t)dim * class;
    const float *centre = d->centre + (size_t)dim * DENSITY_PARTS * class;
    struct axis parts = {.count = 0};
    for (uint32_t p = 0; p < DENSITY_PARTS; p++)
        if (d->weight[class * DENSITY_PARTS + p] > 0.0f)
            parts.share[parts.count++] = (double)d->weight[class * DENSITY_PARTS + p];
    for (uint32_t i = 0; i < dim; i++)
        out[i] = (double)mean[i];
    for (uint32_t axis = 0; axis < dim; axis++) {
        double y = parts.count > 1 ? unmix(&parts, centre, dim, axis, (double)n[axis]) : (double)n[axis];
        for (uint32_t i = 0; i < dim; i++)
            out[i] += (double)factor[(size_t)i * dim + axis] * y;
    }
}
