// Eigen decomposition of symmetric matrices by cyclic Jacobi rotations (Golub & Van Loan, "Matrix
// Computations", 8.5): short, accurate, quick enough for some hundred dimensions.
#ifndef MOGRAPH_MODEL_METRICS_EIGEN_H
#define MOGRAPH_MODEL_METRICS_EIGEN_H

#include <stdint.h>

// a [n][n] symmetric, row by row. On return its diagonal holds the eigenvalues, in no order, and, unless
// NULL, vectors [n][n] has the eigenvector of a[i][i] in column i, of length 1.
void eigen_symmetric(double *a, uint32_t n, double *vectors);

#endif
