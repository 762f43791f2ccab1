// Keeps many points of the noise space and draws them.
#include "model/sample/points.h"

#include <stdlib.h>
#include <string.h>

bool points_create(struct points *points, uint32_t count, uint32_t numbers, uint32_t classes) {
    *points = (struct points){.count = count, .numbers = numbers, .classes = classes};
    points->noise = calloc(count, numbers * sizeof *points->noise);
    points->weights = calloc(count, classes * sizeof *points->weights);
    return points->noise != NULL && points->weights != NULL;
}

void points_destroy(struct points *points) {
    free(points->noise);
    free(points->weights);
    *points = (struct points){0};
}

float *points_noise(const struct points *points, uint32_t i) {
    return points->noise + (size_t)i * points->numbers;
}

float *points_weights(const struct points *points, uint32_t i) {
    return points->weights + (size_t)i * points->classes;
}

uint32_t points_draw(const struct points *points, uint32_t i, const struct prior *prior, uint32_t class,
                     const struct point_draw *how) {
    float *weights = points_weights(points, i);
    if (class == POINTS_ANY_CLASS)
        class = prior_draw_class(prior, how->seed);
    memset(weights, 0, points->classes * sizeof *weights);
    weights[class] = 1.0f;
    prior_draw(prior, how, weights, points_noise(points, i));
    return class;
}

void points_draw_blend(const struct points *points, uint32_t i, const struct prior *prior,
                       const float *weights, const struct point_draw *how) {
    memcpy(points_weights(points, i), weights, points->classes * sizeof *weights);
    prior_draw(prior, how, weights, points_noise(points, i));
}

static void mix(const float *a, const float *b, float t, uint32_t count, float *out) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = (1.0f - t) * a[i] + t * b[i];
}

void points_mix(const struct points *points, uint32_t i, const struct points *from, uint32_t a, uint32_t b,
                float t) {
    mix(points_noise(from, a), points_noise(from, b), t, points->numbers, points_noise(points, i));
    mix(points_weights(from, a), points_weights(from, b), t, points->classes, points_weights(points, i));
}
