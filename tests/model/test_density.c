// The density of a class: it finds what its samples were drawn from,
// in parts or in one, and shrinks as the paper says.
#include "model/noise/density.h"
#include "model/noise/draw.h"
#include "model/sample/noise_space.h"
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
    float *noise = malloc(COUNT * DIM * sizeof *noise);
    uint32_t *classes = malloc(COUNT * sizeof *classes);
    struct density d;
    draw(noise, classes);
    CHECK(density_create(&d, 3, DIM) && density_fit(&d, noise, classes, COUNT) == RT_OK);
    CHECK(density_parts(&d, 0) == 1 && d.weight[0] == 1.0f);
    for (int a = 0; a < DIM; a++) {
        CHECK(fabs((double)d.mean[a] - truth_mean[a]) < 0.05);
        for (int b = 0; b < DIM; b++)
            CHECK(fabs((double)d.factor[a * DIM + b] - truth_factor[a][b]) < 0.05);
    }
    for (uint32_t class = 1; class < 3; ++class) { // too few: the prior
        float normal[DIM] = {0.5f, -1.0f, 2.0f}, out[DIM], weights[3] = {0.0f};
        double work[2 * DIM];
        weights[class] = 1.0f;
        noise_shape(&d, weights, normal, out, work);
        for (int a = 0; a < DIM; a++)
            CHECK(out[a] == normal[a]);
    }
    noise[4] = NAN;
    test_quiet(true);
    CHECK(density_fit(&d, noise, classes, COUNT) == RT_ERROR_INVALID);
    test_quiet(false);
    density_destroy(&d);
    free(noise);
    free(classes);
}

static void few_samples_are_shrunk(void) {
    // Fewer samples than dimensions: the sample covariance is singular, the shrunk one is not.
    const float noise[2 * DIM] = {1.0f, 0.0f, 0.0f, -1.0f, 0.0f, 0.0f};
    const uint32_t classes[2] = {0, 0};
    struct density d;
    CHECK(density_create(&d, 1, DIM) && !density_is_fitted(&d, 0));
    CHECK(density_fit(&d, noise, classes, 2) == RT_OK);
    CHECK(density_is_fitted(&d, 0));
    for (int a = 0; a < DIM; a++)
        CHECK(d.factor[a * DIM + a] > 0.0f);
    density_destroy(&d);
    // By hand, p = 4, n = 10, tr S = 4, tr S^2 = 6: (0.5 6 + 16) / (10.5 (6 - 4)) = 19 / 21.
    CHECK(fabs(density_shrinkage(4.0, 6.0, 10, 4) - 19.0 / 21.0) < 1e-12);
    CHECK(density_shrinkage(4.0, 4.0, 10, 4) == 1.0); // a multiple of the identity already
}

// --- parts

enum { WIDE = 24, CLIPS = 430, FEWER = 204 };

// Samples of `parts` Gaussians of one covariance, each centre off in a direction of its own: what a kind of a
// few layouts looks like.
static void draw_parts(uint64_t seed, uint32_t parts, float apart, uint32_t n, float *noise) {
    draw_normal(seed, DRAW_SAMPLES, 0, noise, n * WIDE);
    for (uint32_t i = 0; i < n; i++) {
        float *x = noise + (size_t)i * WIDE;
        for (uint32_t k = WIDE; k-- > 1;)
            x[k] = 0.5f * x[k] + 0.8f * x[k - 1];
        x[5 * (i % parts)] += apart;
    }
}

static uint32_t parts_found(uint64_t seed, uint32_t parts, float apart, uint32_t n) {
    static float noise[CLIPS * WIDE];
    static const uint32_t classes[CLIPS] = {0};
    struct density d;
    draw_parts(seed, parts, apart, n, noise);
    CHECK(density_create(&d, 1, WIDE) && density_fit(&d, noise, classes, n) == RT_OK);
    uint32_t found = density_parts(&d, 0);
    density_destroy(&d);
    return found;
}

static void parts_are_counted(void) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        for (uint32_t parts = 1; parts <= DENSITY_PARTS; parts++) {
            CHECK(parts_found(seed, parts, 9.0f, CLIPS) == parts);
            CHECK(parts_found(seed, parts, 9.0f, FEWER) == parts);
        }
        // Of few samples in many dimensions some direction always seems to have two humps.
        for (uint32_t n = 10; n <= CLIPS; n += 60)
            CHECK(parts_found(seed, 1, 0.0f, n) == 1);
    }
}

// Samples of the fit have the moments of what it was fitted to, and lie where that lay.
static void samples_keep_to_their_parts(void) {
    enum { SAMPLES = 4000 };
    static float noise[CLIPS * WIDE], normal[SAMPLES * WIDE];
    static const uint32_t classes[CLIPS] = {0};
    double out[WIDE], sums[2][2] = {{0}}, between = 0.0;
    struct density d;
    draw_parts(9, 2, 9.0f, CLIPS, noise);
    CHECK(density_create(&d, 1, WIDE) && density_fit(&d, noise, classes, CLIPS) == RT_OK);
    CHECK(density_parts(&d, 0) == 2);
    double low = fmin((double)d.centre[0], (double)d.centre[WIDE]),
           high = fmax((double)d.centre[0], (double)d.centre[WIDE]);
    for (uint32_t k = 1; k < WIDE; k++) // the first axis tells them apart, no other
        CHECK(fabs((double)(d.centre[k] - d.centre[WIDE + k])) < 1e-3 * (high - low));
    draw_normal(3, DRAW_SAMPLES, 0, normal, SAMPLES * WIDE);
    for (uint32_t i = 0; i < CLIPS; i++)
        for (uint32_t p = 0; p < 2; p++)
            sums[0][p] += (double)noise[i * WIDE + p] / CLIPS;
    float identity[WIDE * WIDE] = {0}, zero[WIDE] = {0};
    for (uint32_t k = 0; k < WIDE; k++)
        identity[k * WIDE + k] = 1.0f;
    const struct density y = {
        .classes = 1, .dim = WIDE, .mean = zero, .factor = identity, .centre = d.centre, .weight = d.weight};
    for (uint32_t i = 0; i < SAMPLES; i++) {
        density_shape(&d, 0, normal + (size_t)i * WIDE, out);
        for (uint32_t p = 0; p < 2; p++)
            sums[1][p] += out[p] / SAMPLES;
        density_shape(&y, 0, normal + (size_t)i * WIDE, out);
        between += out[0] > low + 4.0 && out[0] < high - 4.0;
    }
    CHECK(high - low > 9.0 && between < 4.0);
    for (uint32_t p = 0; p < 2; p++)
        CHECK(fabs(sums[0][p] - sums[1][p]) < 0.25);
    float still[WIDE] = {0};
    density_shape(&y, 0, still, out); // temperature 0: not in the middle, where nothing is
    CHECK(out[0] > high - 4.0);
    density_destroy(&d);
}

// One axis by hand: of two equal parts at -3 and 3, half the numbers end up on each side, and order stays.
static void an_axis_keeps_order(void) {
    float mean[1] = {0}, factor[1] = {1}, centre[DENSITY_PARTS] = {-3, 3},
          weight[DENSITY_PARTS] = {0.5f, 0.5f};
    const struct density d = {
        .classes = 1, .dim = 1, .mean = mean, .factor = factor, .centre = centre, .weight = weight};
    double before = -INFINITY, out;
    for (int eighths = -32; eighths <= 32; eighths++) {
        float n = (float)eighths / 8.0f;
        density_shape(&d, 0, &n, &out);
        CHECK(out > before && (n == 0.0f || (out > 0.0) == (n > 0.0f)));
        before = out;
    }
    const float quartile = 0.67448975f; // a quarter lies above: half of the upper part
    density_shape(&d, 0, &quartile, &out);
    CHECK(fabs(out - 3.0) < 0.01);
}

// --- kernels

// A ring in the first two numbers, as a hue around the wheel makes, among others that are normal.
static void samples_keep_to_a_ring(void) {
    enum { RING = 200, SAMPLES = 4000, NUMBERS = 8 };
    static float noise[RING * NUMBERS], normal[SAMPLES * NUMBERS];
    static const uint32_t classes[RING] = {0};
    double out[NUMBERS], second[2][NUMBERS] = {{0}}, middle = 0.0;
    struct density d;
    draw_normal(11, DRAW_SAMPLES, 0, noise, RING * NUMBERS);
    draw_normal(12, DRAW_SAMPLES, 0, normal, SAMPLES * NUMBERS);
    for (uint32_t i = 0; i < RING; i++) {
        float *x = noise + (size_t)i * NUMBERS, angle = 6.2831853f * (float)i / RING;
        x[0] = 3.0f * cosf(angle);
        x[1] = 3.0f * sinf(angle);
        for (uint32_t k = 0; k < NUMBERS; k++)
            second[0][k] += (double)x[k] * (double)x[k] / RING;
    }
    CHECK(density_create(&d, 1, NUMBERS) && density_fit(&d, noise, classes, RING) == RT_OK);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        density_shape(&d, 0, normal + (size_t)i * NUMBERS, out);
        for (uint32_t k = 0; k < NUMBERS; k++)
            second[1][k] += out[k] * out[k] / SAMPLES;
        middle += hypot(out[0], out[1]) < 1.5;
    }
    CHECK(middle < 0.1 * SAMPLES); // of a Gaussian as wide it is a fifth
    for (uint32_t k = 0; k < NUMBERS; k++)
        CHECK(fabs(second[1][k] / second[0][k] - 1.0) < 0.15);
    density_destroy(&d);
}

// By hand: 0.7 (4 / (6 100))^(1/8); and of more samples than there are kernels, all kernels are taken.
static void kernels_are_as_many_and_as_wide(void) {
    static float noise[CLIPS * WIDE];
    static const uint32_t classes[CLIPS] = {0};
    struct density d;
    CHECK(fabs(density_width(100, 4) - 0.37418) < 1e-4);
    for (uint32_t n = 3; n <= CLIPS; n = n == 3 ? 200 : n + 230) {
        uint32_t count = n < DENSITY_KERNELS ? n : DENSITY_KERNELS;
        double sum = 0.0;
        draw_parts(4, 1, 0.0f, n, noise);
        CHECK(density_create(&d, 1, WIDE) && density_fit(&d, noise, classes, n) == RT_OK);
        for (uint32_t k = 0; k < DENSITY_KERNELS; k++) {
            CHECK((d.kernel_weight[k] > 0.0f) == (k < count));
            sum += (double)d.kernel_weight[k];
        }
        CHECK(fabs(sum - 1.0) < 1e-5 && fabs((double)d.width[0] - density_width(count, WIDE)) < 1e-6);
        density_destroy(&d);
    }
}

int main(void) {
    test_begin();
    a_distribution_is_found_again();
    few_samples_are_shrunk();
    parts_are_counted();
    samples_keep_to_their_parts();
    an_axis_keeps_order();
    samples_keep_to_a_ring();
    kernels_are_as_many_and_as_wide();
    return test_end();
}
