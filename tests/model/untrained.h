// Weights that nobody trained: the `tiny` preset's starting values, disturbed so that every layer counts, for
// tests of what only needs some model.
#ifndef MOGRAPH_TESTS_MODEL_UNTRAINED_H
#define MOGRAPH_TESTS_MODEL_UNTRAINED_H

#include <stdbool.h>
#include <stdint.h>

enum untrained {
    UNTRAINED_PLAIN, // kinds burst, fountain, vortex, snow, ripple, orbit, of which burst was seen most often
    UNTRAINED_WIDE,  // the same with another number of top latents
    UNTRAINED_KINDS, // the same with kinds of other names
    UNTRAINED_BLACK, // decodes to black
    UNTRAINED_WILD,  // decodes to numbers that are not finite
    UNTRAINED_COUNT
};

// Writes a weights file. The kinds' densities are fitted: their means are 0.5 apart, all but the last's.
bool untrained_write(const char *path, enum untrained which, uint64_t seed);

#endif
