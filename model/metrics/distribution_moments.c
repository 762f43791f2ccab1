// Frechet distance and kernel distance: the clouds' moments compared.
#include "model/metrics/distribution_private.h"
#include "model/metrics/eigen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// --- Gaussians

static void mean_of(struct features f, double *mean) {
    memset(mean, 0, f.dim * sizeof *mean);
    for (uint32_t i = 0; i < f.n; i++)
        for (uint32_t k = 0; k < f.dim; k++)
            mean[k] += (double)f.x[(size_t)i * f.dim + k] / f.n;
}

static void covariance_of(struct features f, const double *mean, double *covariance) {
    uint32_t dim = f.dim;
    memset(covariance, 0, (size_t)dim * dim * sizeof *covariance);
    for (uint32_t i = 0; i < f.n; i++) {
        const float *x = f.x + (size_t)i * dim;
        for (uint32_t a = 0; a < dim; a++)
            for (uint32_t b = 0; b <= a; b++)
                covariance[a * dim + b] += ((double)x[a] - mean[a]) * ((double)x[b] - mean[b]) / (f.n - 1);
    }
    for (uint32_t a = 0; a < dim; a++)
        for (uint32_t b = 0; b < a; b++)
            covariance[b * dim + a] = covariance[a * dim + b];
}

// out = a b, all [n][n].
static void multiply(const double *a, const double *b, uint32_t n, double *out) {
    memset(out, 0, (size_t)n * n * sizeof *out);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < n; k++)
            for (uint32_t j = 0; j < n; j++)
                out[i * n + j] += a[i * n + k] * b[k * n + j];
}

static double root(double eigenvalue) {
    return eigenvalue > 0.0 ? sqrt(eigenvalue) : 0.0; // below zero by rounding alone
}

// The symmetric square root V diag(sqrt) V^T of a, which is destroyed; `vectors` is scratch.
static void square_root(double *a, uint32_t n, double *vectors, double *out) {
    eigen_symmetric(a, n, vectors);
    memset(out, 0, (size_t)n * n * sizeof *out);
    for (uint32_t k = 0; k < n; k++) {
        double value = root(a[k * n + k]);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++)
                out[i * n + j] += vectors[i * n + k] * value * vectors[j * n + k];
    }
}

static double trace(const double *a, uint32_t n) {
    double sum = 0.0;
    for (uint32_t i = 0; i < n; i++)
        sum += a[i * n + i];
    return sum;
}

// tr (c1 c2)^(1/2) as the sum of the roots of the eigenvalues of s c2 s with s s = c1, which is symmetric.
// Destroys c1; two scratch matrices.
static double trace_of_root(double *c1, double *c2, uint32_t n, double *one, double *two) {
    double sum = 0.0;
    square_root(c1, n, one, two);
    multiply(two, c2, n, one);
    multiply(one, two, n, c1);
    eigen_symmetric(c1, n, NULL);
    for (uint32_t i = 0; i < n; i++)
        sum += root(c1[i * n + i]);
    return sum;
}

static double frechet(struct features a, struct features b, double *work) {
    uint32_t dim = a.dim;
    size_t square = (size_t)dim * dim;
    double *m1 = work + 4 * square, *m2 = m1 + dim, *c1 = work, *c2 = c1 + square, sum = 0.0;
    mean_of(a, m1);
    mean_of(b, m2);
    covariance_of(a, m1, c1);
    covariance_of(b, m2, c2);
    for (uint32_t k = 0; k < dim; k++)
        sum += (m1[k] - m2[k]) * (m1[k] - m2[k]);
    sum += trace(c1, dim) + trace(c2, dim);
    sum -= 2.0 * trace_of_root(c1, c2, dim, c2 + square, c2 + 2 * square);
    return fmax(sum, 0.0);
}

enum rt_status distribution_frechet(struct features real, struct features samples, double *out) {
    *out = (double)NAN;
    if (!features_usable(real, samples))
        return RT_ERROR_INVALID;
    if (real.n < 2 || samples.n < 2)
        return RT_OK;
    double *work = malloc((4 * (size_t)real.dim + 2) * real.dim * sizeof *work);
    if (work == NULL)
        return features_out_of_memory();
    *out = frechet(real, samples, work);
    free(work);
    return RT_OK;
}

// --- kernel distance

static double kernel(struct features a, uint32_t i, struct features b, uint32_t j) {
    const float *x = a.x + (size_t)i * a.dim, *y = b.x + (size_t)j * b.dim;
    double dot = 0.0;
    for (uint32_t k = 0; k < a.dim; k++)
        dot += (double)x[k] * (double)y[k];
    dot = dot / a.dim + 1.0;
    return dot * dot * dot;
}

// Mean over pairs; `same`: the sets are one, and a vector makes no pair with itself.
static double mean_kernel(struct features a, struct features b, bool same) {
    double sum = 0.0;
    for (uint32_t i = 0; i < a.n; i++)
        for (uint32_t j = 0; j < b.n; j++)
            sum += same && i == j ? 0.0 : kernel(a, i, b, j);
    return sum / ((double)a.n * (same ? b.n - 1 : b.n));
}

enum rt_status distribution_kid(struct features real, struct features samples, double *out) {
    *out = (double)NAN;
    if (!features_usable(real, samples))
        return RT_ERROR_INVALID;
    if (real.n >= 2 && samples.n >= 2)
        *out = mean_kernel(real, real, true) + mean_kernel(samples, samples, true) -
               2.0 * mean_kernel(real, samples, false);
    return RT_OK;
}
