// The distribution of each class over the noise of the top latent, fitted to the training clips whenever
// weights are kept (ex-post density estimation: Ghosh et al. 2020, "From Variational to Deterministic
// Autoencoders"): what the prior N(0, 1) gets wrong about where the clips of a kind lie, this one knows.
//
// A class is a mixture of Gaussians of one covariance: clips of a kind often come in a few layouts, with
// nothing in between, and a single Gaussian puts most samples there. It has as many parts as stand apart
// (partition.h). Covariances of few clips are shrunk towards a multiple of the identity by the oracle
// approximating shrinkage (Chen, Wiesel, Eldar & Hero 2010).
//
// Within a part clips do not lie as a Gaussian does: a hue that goes around the wheel is a ring, and a speed
// has two ends. So samples are those of a kernel estimate (Silverman 1986): a small Gaussian of the parts'
// covariance about each clip, each drawn towards its part's centre so that mean and covariance stay as they
// are (section 6.4 there). What its width does: model/EXPERIMENTS.md.
#ifndef MOGRAPH_MODEL_NOISE_DENSITY_H
#define MOGRAPH_MODEL_NOISE_DENSITY_H

#include "runtime/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { DENSITY_PARTS = 4, DENSITY_KERNELS = 256 };

// x = mean + factor y, and y is drawn from N(kernel[k], width^2) of a kernel k that has the probability
// kernel_weight[k]. A class whose width is 0, as in older weights: from N(centre[p], 1) of a part p that has
// the probability weight[p]. All zeros: a class that was not fitted, the prior.
struct density {
    uint32_t classes, dim;
    float *mean;          // [classes][dim]
    float *factor;        // [classes][dim][dim], row by row
    float *centre;        // [classes][DENSITY_PARTS][dim]; the first axes tell parts apart
    float *weight;        // [classes][DENSITY_PARTS], of each class adding up to 1
    float *kernel;        // [classes][DENSITY_KERNELS][dim]
    float *kernel_weight; // [classes][DENSITY_KERNELS], of each class adding up to 1
    float *width;         // [classes]
};

// Allocates the arrays, all zeros; false when memory is out. Destroying frees them, and nulls.
bool density_create(struct density *density, uint32_t classes, uint32_t dim);
void density_destroy(struct density *density);

// Fits `density` to noise [n][dim] with a class each. A class of fewer than two samples keeps the prior: mean
// 0, factor the identity. Errors: RT_ERROR_OUT_OF_MEMORY, RT_ERROR_INVALID (numbers that are not finite).
enum rt_status density_fit(const struct density *density, const float *noise, const uint32_t *classes,
                           uint32_t n);

// Whether a class has been fitted.
bool density_is_fitted(const struct density *density, uint32_t class);

// How many parts a class has, at least 1.
uint32_t density_parts(const struct density *density, uint32_t class);

// Turns standard normal numbers n[dim] into a sample out[dim] of the class, not `n` itself: axis by axis
// through the distribution given the axes before (Rosenblatt 1952), smooth and monotone, so that neighbours
// stay neighbours where parts do not divide them.
void density_shape(const struct density *density, uint32_t class, const float *n, double *out);

// How much of the sample covariance the shrinkage keeps is 1 - this; trace and trace of the square of the
// covariance of n samples in dim dimensions. Public for its test.
double density_shrinkage(double trace, double trace_of_square, uint32_t n, uint32_t dim);

// The width of n kernels in dim dimensions, in deviations of a part. Public for its test.
double density_width(uint32_t n, uint32_t dim);

#endif
