// Samples against real clips as two clouds of feature vectors; distances are Euclidean.
//
// A figure with nothing to say (too few vectors, a distance of zero to divide by) is NAN: whoever writes a
// file leaves it out. Every other figure is finite. Errors of all: RT_ERROR_INVALID (features that are not
// finite, or of different lengths), RT_ERROR_OUT_OF_MEMORY.
#ifndef MOGRAPH_MODEL_METRICS_DISTRIBUTION_H
#define MOGRAPH_MODEL_METRICS_DISTRIBUTION_H

#include "runtime/status.h"

#include <stdint.h>

enum { DISTRIBUTION_NEIGHBOURS = 5 }; // k of the figures below

struct features {
    const float *x; // [n][dim]
    uint32_t n, dim;
};

// The ball of a vector reaches to its k-th nearest neighbour in its own set, itself not counted; a vector is
// inside when it is nearer than that. All NAN unless both sets have more than k vectors.
struct manifold {
    double precision; // part of the samples inside any ball of a real one (Kynkaanniemi et al. 2019)
    double recall;    // part of the real ones inside any ball of a sample
    double density;   // mean number of real balls that a sample is inside, divided by k (Naeem et al. 2020)
    double coverage;  // part of the real ones whose ball has a sample inside
};
enum rt_status distribution_manifold(struct features real, struct features samples, struct manifold *out);

// Frechet distance of the Gaussians with the sets' means and covariances (divisor n - 1), squared as usual
// (Heusel et al. 2017): |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). NAN unless both have two vectors. It is
// biased by how few they are: compare at equal n only.
enum rt_status distribution_frechet(struct features real, struct features samples, double *out);

// Kernel distance: squared maximum mean discrepancy with (x y / dim + 1)^3, unbiased (Binkowski et al. 2018),
// hence a little below 0 at times. NAN unless both have two vectors.
enum rt_status distribution_kid(struct features real, struct features samples, double *out);

// Mean distance of all pairs; NAN for fewer than two vectors.
enum rt_status distribution_diversity(struct features x, double *out);

// Median distance from a sample to its nearest training vector over that from a validation vector to its own:
// about 1 when samples are as far from the training set as new clips are, 0 when they are copies.
enum rt_status distribution_memorisation(struct features samples, struct features validation,
                                         struct features training, double *out);

// Index of the nearest vector of `among` for every vector of x: nearest[x.n]. `among` is not empty.
enum rt_status distribution_nearest(struct features x, struct features among, uint32_t *nearest);

// A path of n vectors at t = 0, 1 / (n - 1), ..., 1.
struct path {
    double length;            // sum of its steps
    double perceptual;        // mean of (distance / dt)^2 (Karras et al. 2019); length^2 at constant speed
    double largest_over_mean; // largest step over mean step, 1 at constant speed; NAN when nothing moves
};
// All NAN for fewer than two vectors.
enum rt_status distribution_path(struct features x, struct path *out);

#endif
