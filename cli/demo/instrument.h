// The state of the instrument that the demo is: where in the noise space it is, and where it goes. No device,
// no clock of its own, no picture.
//
// It travels from key point to key point, the kinds in turn, for ever. At each key point it dwells, then eases
// to the next one (model/sample/timeline.h). With a beat it lands on a beat.
#ifndef MOGRAPH_CLI_DEMO_INSTRUMENT_H
#define MOGRAPH_CLI_DEMO_INSTRUMENT_H

#include "cli/demo/action.h"
#include "model/sample/points.h"

#include <stdint.h>

enum {
    INSTRUMENT_TAPS = 8,
    // Points that it keeps: where it comes from, where it goes, where it is, three of the map, and room.
    INSTRUMENT_FROM = 0,
    INSTRUMENT_TO,
    INSTRUMENT_NOW,
    INSTRUMENT_MAP,
    INSTRUMENT_ROOM = INSTRUMENT_MAP + 3,
    INSTRUMENT_POINTS,
};

// A key point as it is drawn, so that another temperature draws it anew.
struct instrument_key {
    uint64_t seed;
    uint32_t kind;
    bool drawn; // false: a point that was passed, as it is
};

struct instrument {
    const struct prior *prior; // its room for work is used: one thread at a time
    uint64_t seed, draws;      // draws: how many seeds were taken
    uint32_t kinds;
    struct points points; // INSTRUMENT_POINTS
    struct instrument_key from, to;
    double time, part; // the last moment; of the way from `from` to `to`, 0 to 1

    double speed;                            // 1: a morph in INSTRUMENT_SECONDS
    double temperature, temperature_to;      // the latter is asked for
    double arc, arc_to;                      // 0 lerp, 1 slerp
    double taps[INSTRUMENT_TAPS];            // the last ones, oldest first
    int tap_count;                           // of these
    double beat_period, beat_at;             // seconds; a moment with a beat. Period 0: none
    bool listens, dragged;                   // follows the sound; is held on the map
    double level, bass;                      // of the sound, 0 to 1
    double map_x, map_y, map_to_x, map_to_y; // where on the map, where it is drawn to
};

#define INSTRUMENT_SECONDS 3.0 // from one key point to the next at speed 1

// Begins at time 0 at the first kind. False when memory is short; destroy it either way. The prior must
// outlive it.
bool instrument_create(struct instrument *instrument, const struct prior *prior, uint64_t seed);
void instrument_destroy(struct instrument *instrument);

// What a player does at `now`. What belongs to views and files is ignored.
void instrument_apply(struct instrument *instrument, const struct demo_event *event, double now);
// What there is to hear; counts while it listens.
void instrument_hear(struct instrument *instrument, double level, double bass);

// Travels on to `time` and writes the point there: noise [space.count] and weights [kinds]. Times never go
// back: an earlier one is the present point.
void instrument_at(struct instrument *instrument, double time, float *noise, float *weights);

// Of the light of what is shown: 1, and up to twice that with the bass.
double instrument_brightness(const struct instrument *instrument);

#endif
