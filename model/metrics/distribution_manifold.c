// Precision, recall, density and coverage: who is inside whose balls.
#include "model/metrics/distribution_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { K = DISTRIBUTION_NEIGHBOURS };

// Keeps the K least distances, sorted.
static void insert(double least[K], double d) {
    for (int i = 0; i < K; i++)
        if (d < least[i]) {
            double next = least[i];
            least[i] = d;
            d = next;
        }
}

// radius[i]: distance to the K-th nearest of the others.
static void radii(struct features f, double *radius) {
    for (uint32_t i = 0; i < f.n; i++) {
        double least[K];
        for (int k = 0; k < K; k++)
            least[k] = INFINITY;
        for (uint32_t j = 0; j < f.n; j++)
            if (j != i)
                insert(least, features_distance(f, i, f, j));
        radius[i] = least[K - 1];
    }
}

struct inside {
    double points; // of x inside any ball
    double pairs;  // of a point and a ball around it
    double balls;  // with any point inside
};

// Points of x in balls around `centres`; `hit` is scratch [centres.n].
static struct inside count_inside(struct features x, struct features centres, const double *radius,
                                  bool *hit) {
    struct inside in = {0};
    memset(hit, 0, centres.n * sizeof *hit);
    for (uint32_t i = 0; i < x.n; i++) {
        uint32_t around = 0;
        for (uint32_t j = 0; j < centres.n; j++)
            if (features_distance(x, i, centres, j) < radius[j]) {
                around++;
                hit[j] = true;
            }
        in.points += around > 0;
        in.pairs += around;
    }
    for (uint32_t j = 0; j < centres.n; j++)
        in.balls += hit[j];
    return in;
}

enum rt_status distribution_manifold(struct features real, struct features samples, struct manifold *out) {
    const double none = (double)NAN;
    *out = (struct manifold){none, none, none, none};
    if (!features_usable(real, samples))
        return RT_ERROR_INVALID;
    if (real.n <= K || samples.n <= K)
        return RT_OK;
    uint32_t most = real.n > samples.n ? real.n : samples.n;
    double *radius = malloc(most * sizeof *radius);
    bool *hit = malloc(most * sizeof *hit);
    if (radius != NULL && hit != NULL) {
        radii(real, radius);
        struct inside in_real = count_inside(samples, real, radius, hit);
        radii(samples, radius);
        struct inside in_samples = count_inside(real, samples, radius, hit);
        *out = (struct manifold){.precision = in_real.points / samples.n,
                                 .recall = in_samples.points / real.n,
                                 .density = in_real.pairs / ((double)K * samples.n),
                                 .coverage = in_real.balls / real.n};
    }
    bool done = radius != NULL && hit != NULL;
    free(radius);
    free(hit);
    return done ? RT_OK : features_out_of_memory();
}
