// Which clips a step trains on, and how they are augmented: functions of seed and step alone, so that a
// resumed run sees what an unbroken one would have seen.
#ifndef MOGRAPH_MODEL_CLIPS_SAMPLER_H
#define MOGRAPH_MODEL_CLIPS_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

enum sampler_augment {
    SAMPLER_FLIP = 1,    // left and right, every second time
    SAMPLER_SHIFT = 2,   // by up to a sixteenth of width and height
    SAMPLER_REVERSE = 4, // in time, every second time
};

struct sampler {
    uint32_t clips, batch;
    uint64_t seed;
    uint32_t augment; // of enum sampler_augment
    bool fixed;       // the same batch every step, clips spread over the whole set, not augmented
    double renew;     // part of the clips that give way to new ones in every epoch, 0 to 1
    uint32_t height, width;
    // The order of the epoch that was asked for last.
    uint32_t *order;
    uint64_t epoch;
};

// One clip of a batch, as op_clip_to_tensor takes it.
struct sampler_item {
    uint32_t clip; // as sampler_clip numbers them
    uint32_t augment[4];
};

// False when memory is out.
bool sampler_init(struct sampler *sampler);
void sampler_finish(struct sampler *sampler);

// The clip that has a place, 0 <= place < clips, in an epoch: place + clips * (how often it was renewed). In the
// first epoch it is `place` itself, and always where nothing is renewed.
uint32_t sampler_clip(const struct sampler *sampler, uint32_t place, uint64_t epoch);
// Whether all clips of that many epochs have numbers.
bool sampler_can_count(const struct sampler *sampler, uint64_t epochs);

// Fills items[batch]. Every epoch is a fresh permutation; a batch may span two of them.
void sampler_batch(struct sampler *sampler, uint64_t step, struct sampler_item *items);

// Steps that `epochs` epochs take, rounded up.
uint64_t sampler_steps(const struct sampler *sampler, uint64_t epochs);

#endif
