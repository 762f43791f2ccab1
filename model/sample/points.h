// Many points of the noise space, each with what it is of: its classes' weights.
#ifndef MOGRAPH_MODEL_SAMPLE_POINTS_H
#define MOGRAPH_MODEL_SAMPLE_POINTS_H

#include "model/sample/prior.h"

struct points {
    uint32_t count, numbers, classes;
    float *noise;   // [count][numbers]
    float *weights; // [count][classes], of each point adding up to 1
};

// Zero-initialised room; false when memory is out. Destroy them in either case.
bool points_create(struct points *points, uint32_t count, uint32_t numbers, uint32_t classes);
void points_destroy(struct points *points);

float *points_noise(const struct points *points, uint32_t i);
float *points_weights(const struct points *points, uint32_t i);

#define POINTS_ANY_CLASS UINT32_MAX

// Draws point i of a class; with POINTS_ANY_CLASS the seed draws the class, too. Returns the class.
uint32_t points_draw(const struct points *points, uint32_t i, const struct prior *prior, uint32_t class,
                     const struct point_draw *how);
// Draws point i under weights[classes].
void points_draw_blend(const struct points *points, uint32_t i, const struct prior *prior,
                       const float *weights, const struct point_draw *how);

// Point i: (1 - t) a + t b, of two points of another set; the classes likewise.
void points_mix(const struct points *points, uint32_t i, const struct points *from, uint32_t a, uint32_t b,
                float t);

#endif
