// Clouds of feature vectors: a set against itself, a copied training set, one clip repeated, too few vectors.
#include "model/metrics/distribution.h"
#include "model/metrics/eigen.h"
#include "model/noise/draw.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 120, DIM = 8 };

struct cloud {
    float x[N * DIM];
};

static void draw(struct cloud *cloud, uint64_t seed) {
    draw_normal(seed, DRAW_SAMPLES, 0, cloud->x, N * DIM);
}

static struct features set(const struct cloud *cloud, uint32_t n) {
    return (struct features){.x = cloud->x, .n = n, .dim = DIM};
}

static struct manifold manifold(struct features real, struct features samples) {
    struct manifold m;
    CHECK(distribution_manifold(real, samples, &m) == RT_OK);
    return m;
}

static double frechet(struct features a, struct features b) {
    double out = 0.0;
    CHECK(distribution_frechet(a, b, &out) == RT_OK);
    return out;
}

static double kid(struct features a, struct features b) {
    double out = 0.0;
    CHECK(distribution_kid(a, b, &out) == RT_OK);
    return out;
}

static double diversity(struct features x) {
    double out = 0.0;
    CHECK(distribution_diversity(x, &out) == RT_OK);
    return out;
}

static double memorisation(struct features samples, struct features validation, struct features training) {
    double out = 0.0;
    CHECK(distribution_memorisation(samples, validation, training, &out) == RT_OK);
    return out;
}

static void a_set_against_itself(void) {
    struct cloud a;
    draw(&a, 1);
    struct manifold m = manifold(set(&a, N), set(&a, N));
    CHECK(m.precision == 1.0 && m.recall == 1.0 && m.coverage == 1.0);
    CHECK(fabs(m.density - 1.0) < 1e-12); // itself and k - 1 neighbours, over k
    CHECK(frechet(set(&a, N), set(&a, N)) < 1e-9);
    CHECK(kid(set(&a, N), set(&a, N)) < 0.0); // unbiased: pairs of one vector with itself count between sets
}

static void sets_of_one_distribution(void) {
    struct cloud a, b, far;
    draw(&a, 1);
    draw(&b, 2);
    far = b;
    for (int i = 0; i < N * DIM; i++)
        far.x[i] += 10.0f;
    struct manifold same = manifold(set(&a, N), set(&b, N)), apart = manifold(set(&a, N), set(&far, N));
    CHECK(same.precision > 0.7 && same.recall > 0.7 && same.coverage > 0.8);
    CHECK(fabs(same.density - 1.0) < 0.4);
    CHECK(apart.precision == 0.0 && apart.recall == 0.0 && apart.density == 0.0 && apart.coverage == 0.0);
    CHECK(frechet(set(&a, N), set(&b, N)) < 2.0);
    CHECK(fabs(frechet(set(&a, N), set(&far, N)) - 100.0 * DIM) < 80.0);
    CHECK(kid(set(&a, N), set(&far, N)) > 100.0 * fabs(kid(set(&a, N), set(&b, N))));
    CHECK(fabs(memorisation(set(&b, N), set(&b, N), set(&a, N)) - 1.0) < 1e-12);
}

static void one_clip_repeated_is_caught_by_recall(void) {
    struct cloud a, one;
    draw(&a, 1);
    for (int i = 0; i < N; i++)
        memcpy(one.x + i * DIM, a.x + 5 * DIM, DIM * sizeof *one.x);
    struct manifold m = manifold(set(&a, N), set(&one, N));
    CHECK(m.precision == 1.0); // it looks real enough
    CHECK(m.recall == 0.0 && m.coverage < 0.2);
    CHECK(diversity(set(&one, N)) == 0.0 && diversity(set(&a, N)) > 2.0);
}

static void copies_are_caught_by_memorisation(void) {
    struct cloud training, validation, copies;
    draw(&training, 1);
    draw(&validation, 2);
    copies = training;
    CHECK(memorisation(set(&copies, N), set(&validation, N), set(&training, N)) == 0.0);
    for (int i = 0; i < N * DIM; i++)
        copies.x[i] += 0.01f; // not the same bits
    CHECK(memorisation(set(&copies, N), set(&validation, N), set(&training, N)) < 0.1);
    uint32_t nearest[N];
    CHECK(distribution_nearest(set(&copies, N), set(&training, N), nearest) == RT_OK);
    for (uint32_t i = 0; i < N; i++)
        CHECK(nearest[i] == i);
}

static void too_few_have_nothing_to_say(void) {
    struct cloud a;
    draw(&a, 1);
    const uint32_t k = DISTRIBUTION_NEIGHBOURS;
    struct manifold m = manifold(set(&a, N), set(&a, k));
    CHECK(isnan(m.precision) && isnan(m.recall) && isnan(m.density) && isnan(m.coverage));
    CHECK(isnan(manifold(set(&a, k), set(&a, N)).recall));
    CHECK(isfinite(manifold(set(&a, k + 1), set(&a, k + 1)).recall));
    CHECK(isnan(frechet(set(&a, 1), set(&a, N))) && isnan(frechet(set(&a, N), set(&a, 0))));
    CHECK(isfinite(frechet(set(&a, 2), set(&a, 3)))); // covariances without full rank
    CHECK(isnan(kid(set(&a, 1), set(&a, N))) && isfinite(kid(set(&a, 2), set(&a, 2))));
    CHECK(isnan(diversity(set(&a, 1))) && diversity(set(&a, 2)) > 0.0);
    CHECK(isnan(memorisation(set(&a, N), set(&a, N), set(&a, 0))));
    CHECK(isnan(memorisation(set(&a, 0), set(&a, N), set(&a, N))));
    CHECK(isnan(memorisation(set(&a, N), set(&a, N), set(&a, N)))); // validation is the training set
}

static void paths_by_hand(void) {
    const float even[] = {0.0f, 0.0f, 3.0f, 4.0f, 6.0f, 8.0f}, jump[] = {0.0f, 0.0f, 0.0f, 8.0f};
    struct path p;
    CHECK(distribution_path((struct features){even, 3, 2}, &p) == RT_OK);
    CHECK(p.length == 10.0 && p.perceptual == 100.0 && p.largest_over_mean == 1.0);
    CHECK(distribution_path((struct features){jump, 4, 1}, &p) == RT_OK);
    CHECK(p.length == 8.0 && p.perceptual == 192.0 && p.largest_over_mean == 3.0);
    CHECK(distribution_path((struct features){jump, 3, 1}, &p) == RT_OK);
    CHECK(p.length == 0.0 && p.perceptual == 0.0 && isnan(p.largest_over_mean));
    CHECK(distribution_path((struct features){jump, 1, 1}, &p) == RT_OK);
    CHECK(isnan(p.length) && isnan(p.perceptual) && isnan(p.largest_over_mean));
}

static void what_cannot_be_compared_is_refused(void) {
    struct cloud a;
    struct manifold m;
    struct path path;
    double out;
    uint32_t nearest[N];
    draw(&a, 1);
    struct features good = set(&a, N), narrow = {.x = a.x, .n = N, .dim = DIM - 1};
    test_quiet(true);
    CHECK(distribution_manifold(good, narrow, &m) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "8 and 7 numbers") != NULL);
    a.x[2 * DIM + 3] = NAN;
    CHECK(distribution_manifold(good, good, &m) == RT_ERROR_INVALID && isnan(m.recall));
    CHECK(strstr(test_last_error(), "feature 3 of vector 2") != NULL);
    CHECK(distribution_frechet(good, good, &out) == RT_ERROR_INVALID && isnan(out));
    CHECK(distribution_kid(good, good, &out) == RT_ERROR_INVALID);
    CHECK(distribution_diversity(good, &out) == RT_ERROR_INVALID);
    CHECK(distribution_memorisation(set(&a, 1), set(&a, 1), good, &out) == RT_ERROR_INVALID);
    CHECK(distribution_nearest(good, good, nearest) == RT_ERROR_INVALID);
    CHECK(distribution_path(good, &path) == RT_ERROR_INVALID);
    test_quiet(false);
}

// a V = V diag, V orthonormal.
static void check_decomposition(const double *a, const double *values, const double *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            double av = 0.0, dot = 0.0;
            for (uint32_t k = 0; k < n; k++) {
                av += a[i * n + k] * v[k * n + j];
                dot += v[k * n + i] * v[k * n + j];
            }
            CHECK(fabs(av - v[i * n + j] * values[j * n + j]) < 1e-10);
            CHECK(fabs(dot - (i == j ? 1.0 : 0.0)) < 1e-12);
        }
}

static void eigenvectors_are_what_they_say(void) {
    enum { M = 24 };
    double a[M * M], values[M * M], vectors[M * M];
    float numbers[M * M];
    draw_normal(3, DRAW_SAMPLES, 0, numbers, M * M);
    for (uint32_t i = 0; i < M; i++)
        for (uint32_t j = 0; j < M; j++)
            a[i * M + j] = (double)numbers[i * M + j] + (double)numbers[j * M + i];
    memcpy(values, a, sizeof values);
    eigen_symmetric(values, M, vectors);
    check_decomposition(a, values, vectors, M);
    double diagonal[4] = {2.0, 0.0, 0.0, 2.0}, one[1] = {-3.0}, zero[4] = {0};
    eigen_symmetric(diagonal, 2, vectors);
    CHECK(diagonal[0] == 2.0 && diagonal[3] == 2.0 && vectors[0] == 1.0 && vectors[1] == 0.0);
    eigen_symmetric(one, 1, NULL);
    CHECK(one[0] == -3.0);
    eigen_symmetric(zero, 2, NULL);
    CHECK(zero[0] == 0.0 && zero[3] == 0.0);
}

int main(void) {
    test_begin();
    a_set_against_itself();
    sets_of_one_distribution();
    one_clip_repeated_is_caught_by_recall();
    copies_are_caught_by_memorisation();
    too_few_have_nothing_to_say();
    paths_by_hand();
    what_cannot_be_compared_is_refused();
    eigenvectors_are_what_they_say();
    return test_end();
}
