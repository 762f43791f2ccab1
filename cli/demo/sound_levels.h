// How loud sound is, and how much bass is in it, from moment to moment: numbers in, numbers out, no device.
#ifndef MOGRAPH_CLI_DEMO_SOUND_LEVELS_H
#define MOGRAPH_CLI_DEMO_SOUND_LEVELS_H

#include <stddef.h>

// Follows one signal. What it yields is measured against the loudest and the quietest of the last seconds, so
// that quiet and loud rooms both reach from 0 to 1.
struct sound_follower {
    double envelope; // rises within milliseconds, falls within tenths of a second
    double ceiling;  // the envelope's highest, forgotten over seconds
    double floor;    // its lowest, forgotten over seconds: a fan or a hum
};

// Of the way that is left, how much is gone at each sample.
struct sound_shares {
    double low_pass, attack, release, ceiling_fall, floor_rise, floor_fall;
};

struct sound_levels {
    double level, bass; // 0 to 1, as of the last sample fed
    double low;         // the signal below about 150 Hz
    struct sound_follower all, deep;
    struct sound_shares shares;
};

// `rate`: samples a second.
void sound_levels_init(struct sound_levels *levels, double rate);
// Takes the next samples of one channel, -1 to 1. What is no number counts as silence.
void sound_levels_feed(struct sound_levels *levels, const float *samples, size_t count);

#endif
