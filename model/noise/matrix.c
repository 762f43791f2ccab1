// Small dense matrices of doubles on the host.
#include "model/noise/matrix.h"

#include <math.h>

double matrix_dot(const double *a, const double *b, uint32_t dim) {
    double sum = 0.0;
    for (uint32_t i = 0; i < dim; i++)
        sum += a[i] * b[i];
    return sum;
}

double matrix_trace(const double *a, uint32_t dim) {
    double trace = 0.0;
    for (uint32_t i = 0; i < dim; i++)
        trace += a[i * dim + i];
    return trace;
}

void matrix_add_ridge(double *a, uint32_t dim, double part) {
    double more = part * matrix_trace(a, dim) / dim;
    for (uint32_t i = 0; i < dim; i++)
        a[i * dim + i] += more;
}

bool matrix_factorise(double *a, uint32_t dim) {
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

void matrix_whiten(const double *factor, uint32_t dim, const double *x, const double *mean, double *out) {
    for (uint32_t i = 0; i < dim; i++) {
        double sum = x[i] - mean[i];
        for (uint32_t k = 0; k < i; k++)
            sum -= factor[i * dim + k] * out[k];
        out[i] = sum / factor[i * dim + i];
    }
}
