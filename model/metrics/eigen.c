// Finds eigenvalues and eigenvectors of symmetric matrices by Jacobi rotations.
#include "model/metrics/eigen.h"

#include <math.h>
#include <string.h>

enum { MAX_SWEEPS = 50 }; // a dozen is what it takes

static double off_diagonal(const double *a, uint32_t n) {
    double sum = 0.0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < i; j++)
            sum += a[i * n + j] * a[i * n + j];
    return sum;
}

// Tangent of the angle that makes a[p][q] zero, the smaller one of the two.
static double tangent(double app, double aqq, double apq) {
    double theta = (aqq - app) / (2.0 * apq);
    double t = 1.0 / (fabs(theta) + hypot(theta, 1.0));
    return theta < 0.0 ? -t : t;
}

// (x, y) -> (c x - s y, s x + c y) for n pairs.
static void rotate(double *x, double *y, uint32_t n, uint32_t stride, double c, double s) {
    for (uint32_t k = 0; k < n; k++, x += stride, y += stride) {
        double before = *x;
        *x = c * before - s * *y;
        *y = s * before + c * *y;
    }
}

static void annihilate(double *a, uint32_t n, double *vectors, uint32_t p, uint32_t q) {
    double apq = a[p * n + q];
    if (apq == 0.0)
        return;
    double t = tangent(a[p * n + p], a[q * n + q], apq), c = 1.0 / hypot(t, 1.0), s = t * c;
    rotate(a + p, a + q, n, n, c, s);
    rotate(a + p * n, a + q * n, n, 1, c, s);
    a[p * n + q] = a[q * n + p] = 0.0;
    if (vectors != NULL)
        rotate(vectors + p, vectors + q, n, n, c, s);
}

void eigen_symmetric(double *a, uint32_t n, double *vectors) {
    double total = 2.0 * off_diagonal(a, n);
    for (uint32_t i = 0; i < n; i++)
        total += a[i * n + i] * a[i * n + i];
    if (vectors != NULL) {
        memset(vectors, 0, (size_t)n * n * sizeof *vectors);
        for (uint32_t i = 0; i < n; i++)
            vectors[i * n + i] = 1.0;
    }
    for (int sweep = 0; sweep < MAX_SWEEPS && off_diagonal(a, n) > 1e-30 * total; sweep++)
        for (uint32_t p = 0; p < n; p++)
            for (uint32_t q = p + 1; q < n; q++)
                annihilate(a, n, vectors, p, q);
}
