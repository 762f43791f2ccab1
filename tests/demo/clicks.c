// Clicks in a file, as SDL's "disk" driver reads them.
#include "tests/demo/clicks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double clicks_sample(uint32_t i) {
    double t = (double)i / CLICKS_RATE;
    return exp(-fmod(t, 0.5) / 0.03) * sin(6.283185307179586 * 80 * t);
}

void clicks_play(char name[TEST_TEMPORARY], uint32_t seconds) {
    test_temporary(name);
    int file = mkstemp(name);
    FILE *out = file >= 0 ? fdopen(file, "wb") : NULL;
    if (!CHECK(out != NULL))
        exit(1);
    for (uint32_t i = 0; i < seconds * CLICKS_RATE; i++) {
        float sample = (float)(0.3 * clicks_sample(i));
        fwrite(&sample, sizeof sample, 1, out);
    }
    CHECK(ferror(out) == 0 && fclose(out) == 0);
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILEIN", name, 1);
}
