// What points of the noise space are drawn from: the top level from the fitted density of a class, or between
// several, finer levels from N(0, 1). The one place where a seed and classes become a point.
#ifndef MOGRAPH_MODEL_SAMPLE_PRIOR_H
#define MOGRAPH_MODEL_SAMPLE_PRIOR_H

#include "model/sample/evaluator.h"
#include "model/sample/noise_space.h"

struct prior {
    struct noise_space space;
    struct density density;
    double *shares; // [classes], how often each is drawn; they add up to 1
    double *work;   // [2][density.dim]
};

// For a model of these shapes: no class fitted, all drawn alike. Destroy it in either case. Errors:
// RT_ERROR_OUT_OF_MEMORY.
enum rt_status prior_create(struct prior *prior, const struct vae *shapes);
void prior_destroy(struct prior *prior);

// The densities among a model's parameters: reading them, and storing others.
enum rt_status prior_load(struct prior *prior, const struct evaluator *evaluator);
enum rt_status prior_store(const struct evaluator *evaluator, const struct density *density);

// How a point is drawn.
struct point_draw {
    uint64_t seed;
    float temperature; // multiplies all noise: 1 is the model's own distribution, less is more usual
    float fine;        // multiplies the finer levels' noise once more: 0 is the likeliest picture of the top
};

// The class that a seed draws.
uint32_t prior_draw_class(const struct prior *prior, uint64_t seed);

// Draws noise[space.count] under weights[classes], which add up to 1.
void prior_draw(const struct prior *prior, const struct point_draw *how, const float *weights, float *noise);

#endif
