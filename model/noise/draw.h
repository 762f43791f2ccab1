// Single random numbers on the host, keyed by what they are for: Philox (shaders/common/philox.h) in streams
// of its own, which the device's noise does not share.
#ifndef MOGRAPH_MODEL_NOISE_DRAW_H
#define MOGRAPH_MODEL_NOISE_DRAW_H

#include <stdint.h>

enum draw_stream {
    DRAW_LEVELS = 0x10000, // level dropout
    DRAW_ORDER,            // the order of an epoch's clips
    DRAW_AUGMENT,          // flips and shifts
    DRAW_SAMPLES,          // noise of sample pictures
    DRAW_REFIT,            // clips for re-estimation
    DRAW_REFIT_NOISE,      // and the posterior's noise there and in validation
    DRAW_CLASS,            // of a clip whose kind was not asked for
    DRAW_SHUFFLE,          // frames of a clip that is spoilt on purpose
    DRAW_RENEW,            // when clips of a set that is renewed give way to new ones
    DRAW_PARTS,            // where k-means begins
};

// 32 random bits, for the index-th draw of a step.
uint32_t draw_bits(uint64_t seed, enum draw_stream stream, uint64_t step, uint32_t index);
// In [0, 1).
float draw_uniform(uint64_t seed, enum draw_stream stream, uint64_t step, uint32_t index);
// Fills with standard normal numbers.
void draw_normal(uint64_t seed, enum draw_stream stream, uint64_t step, float *values, uint32_t count);

#endif
