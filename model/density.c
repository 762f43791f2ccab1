#include "model/density.h"

#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double density_shrinkage(double trace, double trace_of_square, uint32_t n, uint32_t dim) {
    double p = dim;
    double above = (1.0 - 2.0 / p) * trace_of_square + trace * trace;
    double below = ((double)n + 1.0 - 2.0 / p) * (trace_of_square - trace * trace / p);
    return below > 0.0 ? fmin(1.0, above / below) : 1.0;
}

static uint32_t class_mean(const float *noise, const uint32_t *classes, uint32_t n, uint32_t class,
                           uint32_t dim, double *mean) {
    uint32_t count = 0;
    memset(mean, 0, dim * sizeof *mean);
    for (uint32_t i = 0; i < n; i++)
        if (classes[i] == class) {
            count++;
            for (uint32_t k = 0; k < dim; k++)
                mean[k] += (double)noise[(size_t)i * dim + k];
        }
    for (uint32_t k = 0; k < dim && count > 0; k++)
        mean[k] /= count;
    return count;
}

static void class_covariance(const float *noise, const uint32_t *classes, uint32_t n, uint32_t class,
                             uint32_t dim, const double *mean, uint32_t count, double *covariance) {
    memset(covariance, 0, (size_t)dim * dim * sizeof *covariance);
    for (uint32_t i = 0; i < n; i++) {
        const float *x = noise + (size_t)i * dim;
        for (uint32_t a = 0; a < dim && classes[i] == class; a++)
            for (uint32_t b = 0; b <= a; b++)
                covariance[a * dim + b] += ((double)x[a] - mean[a]) * ((double)x[b] - mean[b]) / count;
    }
}

// On the lower triangle.
static void shrink(double *covariance, uint32_t n, uint32_t dim) {
    double trace = 0.0, square = 0.0;
    for (uint32_t a = 0; a < dim; a++) {
        trace += covariance[a * dim + a];
        for (uint32_t b = 0; b <= a; b++)
            square += (a == b ? 1.0 : 2.0) * covariance[a * dim + b] * covariance[a * dim + b];
    }
    double part = density_shrinkage(trace, square, n, dim);
    for (uint32_t a = 0; a < dim; a++) {
        for (uint32_t b = 0; b <= a; b++)
            covariance[a * dim + b] *= 1.0 - part;
        covariance[a * dim + a] += part * trace / dim;
    }
}

// Cholesky & Banachiewicz, in place; false when the matrix is not positive definite.
static bool factor(double *a, uint32_t dim) {
    for (uint32_t i = 0; i < dim; i++)
        for (uint32_t j = 0; j <= i; j++) {
            double sum = a[i * dim + j];
            for (uint32_t k = 0; k < j; k++)
                sum -= a[i * dim + k] * a[j * dim + k];
            if (i == j && !(sum > 0.0))
                return false;
            a[i * dim + j] = i == j ? sqrt(sum) : sum / a[j * dim + j];
        }
    return true;
}

static void keep_prior(double *mean, double *matrix, uint32_t dim) {
    memset(mean, 0, dim * sizeof *mean);
    memset(matrix, 0, (size_t)dim * dim * sizeof *matrix);
    for (uint32_t k = 0; k < dim; k++)
        matrix[k * dim + k] = 1.0;
}

static bool all_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

enum rt_status density_fit(const float *noise, const uint32_t *classes, uint32_t n, uint32_t class_count,
                           uint32_t dim, float *mean, float *cholesky) {
    if (!all_finite(noise, (size_t)n * dim)) {
        rt_log(RT_LOG_ERROR, "the noise of the training clips is not finite: no density is fitted");
        return RT_ERROR_INVALID;
    }
    size_t square = (size_t)dim * dim;
    double *work = malloc((dim + square) * sizeof *work), *matrix = work + dim;
    if (work == NULL)
        return RT_ERROR_OUT_OF_MEMORY;
    for (uint32_t class = 0; class < class_count; class ++) {
        uint32_t count = class_mean(noise, classes, n, class, dim, work);
        if (count > 1) {
            class_covariance(noise, classes, n, class, dim, work, count, matrix);
            shrink(matrix, count, dim);
        }
        if (count < 2 || !factor(matrix, dim))
            keep_prior(work, matrix, dim);
        for (uint32_t a = 0; a < dim; a++) {
            mean[class * dim + a] = (float)work[a];
            for (uint32_t b = 0; b < dim; b++)
                cholesky[class * square + a * dim + b] = b <= a ? (float)matrix[a * dim + b] : 0.0f;
        }
    }
    free(work);
    return RT_OK;
}

bool density_is_fitted(const float *cholesky, uint32_t class, uint32_t dim) {
    return cholesky[(size_t) class * dim * dim] > 0.0f;
}
