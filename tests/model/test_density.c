// The Gaussian per class: it finds what its samples were drawn from, and shrinks as the paper says.
#include "model/density.h"
#include "model/draw.h"
#include "model/noise_space.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

enum { DIM = 3, COUNT = 20000 };

static const double truth_mean[DIM] = {1.0, -2.0, 0.5};
static const double truth_factor[DIM][DIM] = {{2.0, 0.0, 0.0}, {1.0, 0.5, 0.0}, {-0.3, 0.2, 1.5}};

// Class 0 from the distribution above, class 1 a single sample, class 2 none.
static void draw(float *noise, uint32_t *classes) {
    float *normals = malloc(COUNT * DIM * sizeof *normals);
    draw_normal(5, DRAW_SAMPLES, 0, normals, COUNT * DIM);
    for (uint32_t i = 0; i < COUNT; i++) {
        classes[i] = i == 7;
        for (int a = 0; a < DIM; a++) {
            double x = truth_mean[a];
            for (int b = 0; b <= a; b++)
                x += truth_factor[a][b] * (double)normals[i * DIM + (uint32_t)b];
            noise[i * DIM + (uint32_t)a] = (float)x;
        }
    }
    free(normals);
}

static void a_distribution_is_found_again(void) {
    float *noise = malloc(COUNT * DIM * sizeof *noise), mean[3 * DIM], factor[3 * DIM * DIM];
    uint32_t *classes = malloc(COUNT * sizeof *classes);
    draw(noise, classes);
    CHECK(density_fit(noise, classes, COUNT, 3, DIM, mean, factor) == RT_OK);
    for (int a = 0; a < DIM; a++) {
        CHECK(fabs((double)mean[a] - truth_mean[a]) < 0.05);
        for (int b = 0; b < DIM; b++)
            CHECK(fabs((double)factor[a * DIM + b] - truth_factor[a][b]) < 0.05);
    }
    for (uint32_t class = 1; class < 3; class ++) { // too few: the prior
        float normal[DIM] = {0.5f, -1.0f, 2.0f}, out[DIM], weights[3] = {0.0f};
        weights[class] = 1.0f;
        noise_shape(mean, factor, 3, DIM, weights, normal, out);
        for (int a = 0; a < DIM; a++)
            CHECK(out[a] == normal[a]);
    }
    noise[4] = NAN;
    test_quiet(true);
    CHECK(density_fit(noise, classes, COUNT, 3, DIM, mean, factor) == RT_ERROR_INVALID);
    test_quiet(false);
    free(noise);
    free(classes);
}

static void few_samples_are_shrunk(void) {
    // Fewer samples than dimensions: the sample covariance is singular, the shrunk one is not.
    float noise[2 * DIM] = {1.0f, 0.0f, 0.0f, -1.0f, 0.0f, 0.0f}, mean[DIM], factor[DIM * DIM];
    const uint32_t classes[2] = {0, 0};
    CHECK(!density_is_fitted((float[DIM *DIM]){0}, 0, DIM));
    CHECK(density_fit(noise, classes, 2, 1, DIM, mean, factor) == RT_OK);
    CHECK(density_is_fitted(factor, 0, DIM));
    for (int a = 0; a < DIM; a++)
        CHECK(factor[a * DIM + a] > 0.0f);
    // By hand, p = 4, n = 10, tr S = 4, tr S^2 = 6: (0.5 6 + 16) / (10.5 (6 - 4)) = 19 / 21.
    CHECK(fabs(density_shrinkage(4.0, 6.0, 10, 4) - 19.0 / 21.0) < 1e-12);
    CHECK(density_shrinkage(4.0, 4.0, 10, 4) == 1.0); // a multiple of the identity already
}

int main(void) {
    test_begin();
    a_distribution_is_found_again();
    few_samples_are_shrunk();
    return test_end();
}
