// Small dense matrices of doubles, row by row, on the host.
#ifndef MOGRAPH_MODEL_NOISE_MATRIX_H
#define MOGRAPH_MODEL_NOISE_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

double matrix_dot(const double *a, const double *b, uint32_t dim);

// The sum of the diagonal.
double matrix_trace(const double *a, uint32_t dim);

// `part` of the mean of the diagonal onto the diagonal.
void matrix_add_ridge(double *a, uint32_t dim, double part);

// The lower triangle of a becomes that of L, L L^T = a (Cholesky & Banachiewicz), in place; what is above the
// diagonal is not read and stays. False when a is not positive definite.
bool matrix_factorise(double *a, uint32_t dim);

// out = L^-1 (x - mean), [dim] each; `out` may be x.
void matrix_whiten(const double *factor, uint32_t dim, const double *x, const double *mean, double *out);

#endif
