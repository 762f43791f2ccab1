// Moves the weights of the KL terms so that each level keeps to its rate.
#include "model/train/rate.h"

#include <math.h>

#define BETA_LOW 0.01f
// A level answers a change of beta some tens of steps later. Without this bound an impatient controller
// drives beta into the thousands meanwhile, and the levels above it out of their minds.
#define BETA_HIGH 300.0f
#define MEMORY 0.9f

void rate_update(struct rate_control *rate, float kl, float speed) {
    if (!isfinite(kl))
        return;
    rate->mean = rate->started ? MEMORY * rate->mean + (1.0f - MEMORY) * kl : kl;
    rate->started = true;
    if (rate->target <= 0.0f)
        return;
    float over = fmaxf(-1.0f, fminf(1.0f, rate->mean / rate->target - 1.0f));
    rate->beta = fmaxf(BETA_LOW, fminf(BETA_HIGH, rate->beta * expf(speed * over)));
}
