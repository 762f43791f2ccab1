// A Gaussian per class over the noise of the top latent, fitted to the training clips when training ends
// (ex-post density estimation: Ghosh et al. 2020, "From Variational to Deterministic Autoencoders"): what the
// prior N(0, 1) gets wrong about where the clips of a kind lie, this one knows.
//
// Covariances of few clips are shrunk towards a multiple of the identity by the oracle approximating
// shrinkage (Chen, Wiesel, Eldar & Hero 2010).
#ifndef MOGRAPH_MODEL_DENSITY_H
#define MOGRAPH_MODEL_DENSITY_H

#include "runtime/status.h"

#include <stdbool.h>
#include <stdint.h>

// Fits mean [class_count][dim] and cholesky [class_count][dim][dim] (lower triangle L, row by row, with
// covariance L L^T) to noise [n][dim] with a class each. A class of fewer than two samples keeps the prior:
// mean 0, L the identity. Errors: RT_ERROR_OUT_OF_MEMORY, RT_ERROR_INVALID (numbers that are not finite).
enum rt_status density_fit(const float *noise, const uint32_t *classes, uint32_t n, uint32_t class_count,
                           uint32_t dim, float *mean, float *cholesky);

// Whether a class has been fitted: all zeros is no distribution.
bool density_is_fitted(const float *cholesky, uint32_t class, uint32_t dim);

// How much of the sample covariance the shrinkage keeps is 1 - this; trace and trace of the square of the
// covariance of n samples in dim dimensions. Public for its test.
double density_shrinkage(double trace, double trace_of_square, uint32_t n, uint32_t dim);

#endif
