// A class's distribution over the noise of the top latent: learning it, and shaping noise by it.
#include "model/noise/density.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SQRT_HALF 0.70710678118654752440
#define NORMAL_PEAK 0.39894228040143267794 // 1 / sqrt(2 pi)

bool density_create(struct density *d, uint32_t classes, uint32_t dim) {
    size_t means = (size_t)classes * dim, n = classes, all = means * (1 + dim) + n;
    *d = (struct density){.classes = classes, .dim = dim};
    d->mean = calloc(all + (means + n) * (DENSITY_PARTS + DENSITY_KERNELS), sizeof(float));
    if (d->mean == NULL)
        return false;
    d->factor = d->mean + means;
    d->centre = d->factor + means * dim;
    d->weight = d->centre + means * DENSITY_PARTS;
    d->kernel = d->weight + n * DENSITY_PARTS;
    d->kernel_weight = d->kernel + means * DENSITY_KERNELS;
    d->width = d->kernel_weight + n * DENSITY_KERNELS;
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

// What a sample may still belong to, Gaussians of one width, along one axis: where they are, and how probable
// given the axes before.
struct axis {
    uint32_t count;
    double width;
    const float *centres; // [][dim], of all
    uint32_t of[DENSITY_KERNELS];
    double centre[DENSITY_KERNELS], share[DENSITY_KERNELS];
};

// What is less probable than this, beside the most probable, is left out: most are, some axes on.
#define HARDLY 1e-9

// P(Y <= y), or of the upper tail P(Y > y), each exact where it is small.
static double tail(const struct axis *a, double y, bool upper) {
    double sum = 0.0, scale = SQRT_HALF / a->width;
    for (uint32_t p = 0; p < a->count; p++)
        sum += a->share[p] * 0.5 * erfc((upper ? y - a->centre[p] : a->centre[p] - y) * scale);
    return sum;
}

static double slope(const struct axis *a, double y) {
    double sum = 0.0;
    for (uint32_t p = 0; p < a->count; p++) {
        double far = (y - a->centre[p]) / a->width;
        sum += a->share[p] * exp(-0.5 * far * far);
    }
    return sum * NORMAL_PEAK / a->width;
}

// Where the quantile of n lies for certain.
static void bracket(const struct axis *a, double n, double *low, double *high) {
    *low = *high = a->centre[0];
    for (uint32_t p = 1; p < a->count; p++) {
        *low = fmin(*low, a->centre[p]);
        *high = fmax(*high, a->centre[p]);
    }
    *low += a->width * (fmin(n, 0.0) - 1.0);
    *high += a->width * (fmax(n, 0.0) + 1.0);
}

// The y that has as much of the mixture below it as n has of N(0, 1): Newton's steps, and halves of the
// bracket where one would leave it.
static double quantile(const struct axis *a, double n) {
    bool upper = n > 0.0;
    double wanted = 0.5 * erfc(fabs(n) * SQRT_HALF), low, high;
    bracket(a, n, &low, &high);
    double y = 0.5 * (low + high);
    for (int i = 0; i < 60 && high - low > 1e-9 * a->width; i++) {
        double off = tail(a, y, upper) - wanted, next = y + (upper ? off : -off) / slope(a, y);
        *(upper == (off > 0.0) ? &low : &high) = y;
        bool inside = next > low && next < high;
        if (inside && fabs(next - y) < 1e-10 * a->width)
            return next;
        y = inside && i < 30 ? next : 0.5 * (low + high);
    }
    return y;
}

// What is seen of an axis changes how probable the Gaussians are.
static void learn(struct axis *a, double y) {
    double sum = 0.0, most = 0.0, nearest = INFINITY;
    uint32_t kept = 0;
    for (uint32_t p = 0; p < a->count; p++)
        nearest = fmin(nearest, fabs(y - a->centre[p]) / a->width);
    for (uint32_t p = 0; p < a->count; p++) {
        double far = (y - a->centre[p]) / a->width;
        most = fmax(most, a->share[p] *= exp(0.5 * (nearest * nearest - far * far)));
    }
    for (uint32_t p = 0; p < a->count; p++)
        if (a->share[p] >= HARDLY * most) {
            a->of[kept] = a->of[p];
            sum += a->share[kept++] = a->share[p];
        }
    a->count = kept;
    for (uint32_t p = 0; p < kept; p++)
        a->share[p] /= sum;
}

static bool place(struct axis *a, uint32_t dim, uint32_t axis) {
    bool apart = false;
    for (uint32_t p = 0; p < a->count; p++) {
        a->centre[p] = (double)a->centres[(size_t)a->of[p] * dim + axis];
        apart = apart || fabs(a->centre[p] - a->centre[0]) > 1e-3 * a->width;
    }
    return apart;
}

// Number `axis` of y.
static double unmix(struct axis *a, uint32_t dim, uint32_t axis, double n) {
    if (!place(a, dim, axis))
        return a->centre[0] + a->width * n;
    // Zeros, which temperature 0 leaves, are the middle of the distribution,
    // where nothing may be: a side is taken.
    double y = quantile(a, fabs(n) < 1e-3 ? 1e-3 : n);
    learn(a, y);
    return y;
}

// The kernels of a class, or its parts where it has none.
static void begin(const struct density *d, uint32_t class, struct axis *a) {
    bool kernels = d->width != NULL && d->width[class] > 0.0f;
    uint32_t most = kernels ? DENSITY_KERNELS : DENSITY_PARTS;
    const float *weight = (kernels ? d->kernel_weight : d->weight) + (size_t) class * most;
    a->centres = (kernels ? d->kernel : d->centre) + (size_t) class * most * d->dim;
    a->width = kernels ? (double)d->width[class] : 1.0;
    a->count = 0;
    for (uint32_t p = 0; p < most; p++)
        if (weight[p] > 0.0f) {
            a->of[a->count] = p;
            a->share[a->count++] = (double)weight[p];
        }
}

void density_shape(const struct density *d, uint32_t class, const float *n, double *out) {
    uint32_t dim = d->dim;
    const float *factor = d->factor + (size_t)dim * dim * class, *mean = d->mean + (size_t)dim * class;
    struct axis mixture;
    begin(d, class, &mixture);
    for (uint32_t i = 0; i < dim; i++)
        out[i] = (double)mean[i];
    for (uint32_t axis = 0; axis < dim; axis++) {
        double y = mixture.count > 0 ? unmix(&mixture, dim, axis, (double)n[axis]) : (double)n[axis];
        for (uint32_t i = 0; i < dim; i++)
            out[i] += (double)factor[(size_t)i * dim + axis] * y;
    }
}
