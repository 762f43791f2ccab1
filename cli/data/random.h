// Random numbers that depend on nothing but a key and a counter, so that any clip can be drawn alone, in any
// order and on any thread, and always comes out the same.
// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014): the SplitMix64 finaliser.
#ifndef MOGRAPH_CLI_DATA_RANDOM_H
#define MOGRAPH_CLI_DATA_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t key, counter;
};

static inline uint64_t random_mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// An independent stream for each combination of the three.
static inline struct random random_stream(uint64_t seed, uint64_t a, uint64_t b) {
    return (struct random){random_mix(random_mix(random_mix(seed) ^ a) ^ b), 0};
}

// [0, 1), 24 bits.
static inline float random_unit(struct random *random) {
    return (float)(random_mix(random->key ^ random_mix(random->counter++)) >> 40) * 0x1p-24f;
}

static inline float random_between(struct random *random, float low, float high) {
    return low + (high - low) * random_unit(random);
}

#endif
