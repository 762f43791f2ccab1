// The state of the instrument that the demo is: where in the noise space it is, and where it goes. No device,
// no clock of its own, no picture.
//
// It travels from key point to key point, the kinds in turn, for ever: at each it dwells, then it eases to
// the next (model/sample/timeline.h). With a beat it lands on a beat.
#ifndef MOGRAPH_CLI_DEMO_INSTRUMENT_H
#define MOGRAPH_CLI_DEMO_INSTRUMENT_H

#include "cli/demo/action.h"
#include "model/sample/points.h"

#include <stdint.h>

#define INSTRUMENT_SECONDS 3.0 // from key point to key point at speed 1
#define INSTRUMENT_DWELL 0.25  // of which it stays at the first
#define INSTRUMENT_SLOWEST 0.1
#define INSTRUMENT_FASTEST 8.0
#define INSTRUMENT_HOTTEST 2.0 // temperature; the coolest is 0

enum { INSTRUMENT_TAPS = 8 };

// A key point. One that was drawn is drawn anew at another temperature; one that was passed stays as it was.
struct instrument_key {
    uint64_t seed;
    uint32_t kind;
    bool drawn;
};

struct instrument {
    const struct prior *prior; // whose room for work is used: one thread at a time
    uint64_t seed, draws;      // draws: how many seeds have been taken
    uint32_t kinds;
    struct points points;           // see instrument.c
    struct instrument_key from, to; // the key points
    double time;                    // the moment that it has come to
    double part;                    // of the time between the key points, 0 to 1
    double travelled;               // parts in all, of as many ways
    double speed;
    double temperature, temperature_to; // the latter was asked for, and is gone to
    double arc, arc_to;                 // the same; 0: lerp, 1: slerp
    double taps[INSTRUMENT_TAPS];       // the last ones, the oldest first
    int tap_count;
    double beat_period, beat_at; // seconds; a moment with a beat. Period 0: there is none
    double landing;              // the beat that it lands on; 0: not chosen yet
    bool listens;
    double level, bass;             // of the sound, 0 to 1
    double heard_level, heard_bass; // sums of what was heard since it last travelled
    int heard;                      // how many these are
    bool dragged;                   // held on the map
    double pull;                    // how far it has been drawn there, 0 to 1
    double map_x, map_y, map_to_x, map_to_y;
};

// Begins at moment 0 at the first kind. False when memory is short; destroy it either way. The prior must
// outlive it.
bool instrument_create(struct instrument *instrument, const struct prior *prior, uint64_t seed);
void instrument_destroy(struct instrument *instrument);

// What a player does at the moment `now`; what belongs to views and files is ignored. It counts from where
// the instrument has come to.
void instrument_apply(struct instrument *instrument, const struct demo_event *event, double now);
// What there is to hear, each 0 to 1; counts while it listens. A step of the travel goes as fast as all that
// was heard since the last one says: on a slow device, whose steps are long, no beat is lost between them.
void instrument_hear(struct instrument *instrument, double level, double bass);

// Travels on to `time` and writes the point there: noise [space.count] and weights [kinds]. It never goes
// back: an earlier time is where it is.
void instrument_at(struct instrument *instrument, double time, float *noise, float *weights);

// How much of the light is shown: 1; while it listens, half in silence and up to twice with the bass.
double instrument_brightness(const struct instrument *instrument);

// Of the way from key point to key point, 0 to 1: 0 while it dwells.
double instrument_position(const struct instrument *instrument);

#endif
